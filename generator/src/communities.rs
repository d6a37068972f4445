//! Public knowledge about communities: what routers do to them, and ready services.

mod explain;
mod implementations;
mod services;

pub use self::explain::explain;
pub use self::implementations::{IMPLEMENTATIONS, Implementation, well_known_names};
pub use self::services::{ReadyServices, ServicePolicies};
