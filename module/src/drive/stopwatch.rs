//! What a run takes.

use std::fs;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::collect::tally::Cost;

/// Runs from its making.
pub struct Stopwatch {
    began: Instant,
    processor: Duration,
}

impl Stopwatch {
    /// Begins.
    pub fn start() -> Self {
        Self { began: Instant::now(), processor: processor() }
    }

    /// What it took until now.
    pub fn cost(&self) -> Cost {
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Cost {
            duration: milliseconds(self.began.elapsed()),
            processor: milliseconds(processor().saturating_sub(self.processor)),
            memory: memory().unwrap_or_default(),
        }
    }
}

/// The processor time of this process.
fn processor() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// The most memory that this process had, in bytes, as proc(5) tells it.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let (_, peak) = status.split_once("VmHWM:")?;
    let kibibytes: u64 = peak.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}
