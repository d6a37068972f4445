//! Tests of the shared crate, and of the YANG module beside it.
//!
//! What needs a tool that `cargo xtask setup` installs is below `real`: `cargo test -- --skip real::` runs everything else.

#![allow(clippy::unwrap_used, reason = "what a test needs to go on")]

mod paths;
mod real;
mod whole_file;
mod words;
