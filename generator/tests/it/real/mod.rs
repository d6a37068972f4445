//! Tests with the real Salt, and with a real browser.

mod dispatcher;
mod fleet;
mod python;
mod salt;
mod states;
mod status;
mod templates;
mod top_file;
