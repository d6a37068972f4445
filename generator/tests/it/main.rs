//! Tests of the generator through its command.

#![allow(clippy::unwrap_used, reason = "what a test needs to go on")]

#[path = "../../../module/tests/browser/mod.rs"]
mod browser;
mod commands;
mod conductor;
#[path = "../../../module/tests/form/mod.rs"]
mod form;
mod forms;
mod golden;
#[path = "../../../module/tests/guide/mod.rs"]
mod guide;
#[path = "../../../module/tests/help/mod.rs"]
mod help;
mod journey;
mod leaves;
mod log;
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
