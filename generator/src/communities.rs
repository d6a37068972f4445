//! Public knowledge about communities: what the well-known ones mean, what routers do to them, and ready profiles and services.

mod explain;
mod services;
mod well_known;

pub use self::explain::explain;
pub use self::services::{ReadyServices, ServicePolicies};
pub use self::well_known::{IMPLEMENTATIONS, Implementation, well_known_names};
