//! Tests of the generator through its command.

#![allow(clippy::unwrap_used, reason = "what a test needs to go on")]

mod commands;
mod conductor;
mod forms;
mod golden;
mod journey;
mod log;
mod progress;
mod python;
mod refused;
mod runs;
mod salt;
mod scenarios;
mod skipped_xml;
mod status;
mod top_file;
mod truncation;
mod words;
