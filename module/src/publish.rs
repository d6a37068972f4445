//! What the module leaves: the output file for SSR, the history of runs and the log of changes for the operator, and events
//! for syslog.

pub mod change_log;
pub mod changes;
pub mod history;
pub mod output;
pub mod syslog;
