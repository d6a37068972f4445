//! How the conductor's half is: what each router's nodes were given, when, and what was found about it.

mod page;
mod routers;
mod text;

pub use self::routers::{RouterStatus, Status};
