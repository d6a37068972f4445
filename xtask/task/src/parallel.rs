//! Steps of a task that need nothing of each other, several at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::progress::{Outcome, Progress};

/// One of these steps.
pub struct Job<'a> {
    name: String,
    work: Box<dyn FnOnce() -> Result<()> + Send + 'a>,
}

impl<'a> Job<'a> {
    /// A step by its name. Its work writes nothing to the terminal: errors have the output of what it ran.
    pub fn new(name: impl Into<String>, work: impl FnOnce() -> Result<()> + Send + 'a) -> Self {
        Self { name: name.into(), work: Box::new(work) }
    }
}

/// Runs all jobs, begun in their order, so many at a time.
///
/// # Errors
/// When jobs fail, which keeps no other one from running: the error has the name and the cause of each, in order.
pub fn run(jobs: Vec<Job>, at_a_time: usize, steps: &Progress) -> Result<()> {
    let count = jobs.len();
    let jobs = Mutex::new(jobs.into_iter().enumerate());
    let failures = Mutex::new(Vec::new());
    let work = || {
        // The lock is held for a moment only, not while the job runs.
        let next = || lock(&jobs).next();
        while let Some((number, Job { name, work })) = next() {
            steps.begin(&name);
            let begun = Instant::now();
            let result = work();
            let outcome = if result.is_ok() { Outcome::Good } else { Outcome::Failed };
            steps.end(&name, outcome, begun.elapsed());
            if let Err(error) = result {
                lock(&failures).push((number, format!("{name}: {error:#}")));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..at_a_time.clamp(1, count.max(1)) {
            scope.spawn(work);
        }
    });
    let mut failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    if failures.is_empty() {
        return Ok(());
    }
    failures.sort();
    let told: Vec<String> = failures.into_iter().map(|(_, failure)| failure).collect();
    bail!("{} of {count} failed:\n{}", told.len(), told.join("\n"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use anyhow::anyhow;

    use super::*;
    use crate::progress::Verbosity;

    #[test]
    fn each_failure_is_told_by_its_name_and_keeps_nothing_else_from_running() {
        for at_a_time in [0, 1, 2, 9] {
            let ran = AtomicUsize::new(0);
            let job = |name: &str, result: Result<()>| {
                Job::new(name, || {
                    ran.fetch_add(1, Ordering::Relaxed);
                    result
                })
            };
            let jobs = vec![
                job("a", Err(anyhow!("no network").context("cannot fetch"))),
                job("b", Ok(())),
                job("c", Err(anyhow!("no disk"))),
                job("d", Ok(())),
            ];
            let steps = Verbosity::Quiet.steps("setup", 4);
            let failed = run(jobs, at_a_time, &steps).expect_err("two of them fail").to_string();
            assert_eq!(failed, "2 of 4 failed:\na: cannot fetch: no network\nc: no disk");
            assert_eq!(ran.load(Ordering::Relaxed), 4);
        }
        assert!(run(Vec::new(), 2, &Verbosity::Quiet.steps("setup", 0)).is_ok());
    }

    #[test]
    fn as_many_run_at_the_same_time_as_may() {
        // Each waits for another one, which would never come if they ran one by one.
        let barrier = Barrier::new(2);
        let job = |name: &str| {
            Job::new(name, || {
                barrier.wait();
                Ok(())
            })
        };
        let jobs = ["a", "b", "c", "d"].map(job).into();
        assert!(run(jobs, 2, &Verbosity::Quiet.steps("fuzz", 4)).is_ok());
    }
}
