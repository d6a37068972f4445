//! Tests of the generator through its command.
//!
//! What needs a tool that `cargo xtask setup` installs is below `real`: `cargo test -- --skip real::` runs everything else.

#![allow(clippy::unwrap_used, reason = "what a test needs to go on")]

mod commands;
mod conductor;
mod fleet;
mod forms;
mod golden;
mod journey;
mod leaves;
mod log;
mod real;
mod refused;
mod runs;
mod scenarios;
mod skipped_xml;
mod status;
mod top_file;
mod truncation;
mod upkeep;
mod whole;
mod words;
