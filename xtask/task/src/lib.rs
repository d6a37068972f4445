//! What the tasks and the lab share.

pub mod command;
pub mod exit;
pub mod parallel;
pub mod progress;
pub mod workspace;
