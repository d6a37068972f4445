//! Tests of the module through its program and its public interface.
//!
//! What needs a daemon or a tool that `cargo xtask setup` installs is below `real`: `cargo test -- --skip real::` runs
//! everything else.

#![allow(clippy::unwrap_used, reason = "a failure to set the scene fails the test")]

mod brief;
mod change_log;
mod changes;
mod errors;
mod exabgp;
mod exit;
mod guards;
mod held;
mod interruptions;
mod losses;
mod memory;
mod messages;
mod metrics;
mod odd_replies;
mod operator;
mod output;
mod parsers;
mod partial;
mod prefixes;
mod preview;
mod real;
mod scene;
mod schedule;
mod show;
mod sources;
mod syslog;
mod understood;
mod upgrade;
mod vrfs;
