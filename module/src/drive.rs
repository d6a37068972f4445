//! When the module runs: once, as a service that watches the routes, or as a process of ExaBGP.

pub mod ending;
pub mod exabgp;
mod failure;
mod fall_back;
pub mod lock;
pub mod once;
pub mod record;
pub mod service_manager;
mod signals;
mod stopwatch;
pub mod watch;
