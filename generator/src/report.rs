//! What a run writes for people and for monitoring: the log, the findings report, and the summary table.

mod asset;
mod findings_report;
mod log;
mod run_record;
mod summary;

pub use self::asset::{Asset, AssetChange, assets};
pub use self::findings_report::json as findings_as_json;
pub use self::log::{Log, LogEntry, LogFormat, Message};
pub use self::run_record::{FileCounts, InputCounts, Operation, RunRecord};
pub use self::summary::summary;
