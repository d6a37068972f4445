//! Shares work on many pillars among the processors.

use std::ops::Range;
use std::panic::resume_unwind;
use std::thread::{self, Builder, ScopedJoinHandle};

/// The smallest share for which a thread is worth its cost.
const SMALLEST_SHARE: usize = 500;

/// Does `work` on shares of `0..count` at the same time. Gives the results in order, or the first error.
pub(super) fn in_parallel<T: Send, E: Send>(
    count: usize,
    work: impl Fn(Range<usize>) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = count.div_ceil(threads).max(SMALLEST_SHARE);
    if count <= share {
        return Ok(vec![work(0..count)?]);
    }
    thread::scope(|scope| {
        let starts = (0..count).step_by(share);
        let work = &work;
        let threads: Vec<_> = starts
            .map(|start| start..count.min(start + share))
            .map(|range| {
                let started = Builder::new().spawn_scoped(scope, {
                    let range = range.clone();
                    move || work(range)
                });
                // At the limit of processes this thread does the work of the one that cannot be started.
                started.map_err(|_| work(range))
            })
            .collect();
        let result = |share: Result<ScopedJoinHandle<'_, _>, _>| match share {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(done) => done,
        };
        threads.into_iter().map(result).collect()
    })
}
