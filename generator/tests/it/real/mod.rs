//! Tests with the real Salt, and with a real browser.

mod python;
mod salt;
mod status;
mod top_file;
