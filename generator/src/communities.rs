//! What is publicly known of communities: the meaning of the well-known ones, what routers do to them, ready profiles.

mod explain;
pub mod preset;
mod well_known;

pub use self::explain::explain;
pub use self::well_known::{IMPLEMENTATIONS, Implementation, well_known_names};
