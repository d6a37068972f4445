//! The status of the conductor's half: the pillar of each node, when it was written, and the findings of each router.

mod page;
mod routers;
mod text;

pub(crate) use self::routers::{NodeStatus, PillarState};
pub use self::routers::{RouterStatus, Status};
