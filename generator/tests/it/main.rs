//! Tests of the generator through its command.

#![allow(clippy::unwrap_used, reason = "what a test needs to go on")]

mod commands;
mod conductor;
mod forms;
mod python;
mod refused;
mod runs;
mod salt;
mod scenarios;
mod top_file;
mod truncation;
