//! What a task does now, and how far it is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Whether tasks say what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// A line on standard error for each step, as it begins.
    Steps,
    /// Only results and errors.
    Quiet,
}

impl Verbosity {
    /// Quiet if it is asked for, otherwise as before.
    pub fn quiet_if(self, quiet: bool) -> Self {
        if quiet { Self::Quiet } else { self }
    }

    /// The steps of a task, of which there are this many.
    pub fn steps(self, task: &'static str, count: usize) -> Progress {
        Progress { task, count, begun: AtomicUsize::new(0), verbosity: self }
    }
}

/// The steps of a task.
#[derive(Debug)]
pub struct Progress {
    task: &'static str,
    count: usize,
    begun: AtomicUsize,
    verbosity: Verbosity,
}

impl Progress {
    /// Begins the next step: `dist 3/5: packages`. Threads may do so at the same time.
    pub fn begin(&self, step: &str) {
        let number = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        if !self.is_quiet() {
            eprintln!("{}", self.line(number, step));
        }
    }

    /// Says how a step ended beside which others run: `setup: Salt 3004 took 41 s`. What took no time is not worth a line.
    pub(crate) fn end(&self, step: &str, outcome: Outcome, time: Duration) {
        let word = match outcome {
            Outcome::Good if time.as_secs() == 0 => return,
            Outcome::Good => "took",
            Outcome::Failed => "failed after",
        };
        if !self.is_quiet() {
            eprintln!("{}: {step} {word} {} s", self.task, time.as_secs());
        }
    }

    /// Whether nothing is said of the steps.
    pub fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    fn line(&self, number: usize, step: &str) -> String {
        format!("{} {number}/{}: {step}", self.task, self.count)
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Good,
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_the_task_is() {
        let progress = Verbosity::Quiet.steps("dist", 5);
        progress.begin("programs");
        progress.begin("packages");
        assert_eq!(progress.begun.load(Ordering::Relaxed), 2);
        assert_eq!(progress.line(2, "packages"), "dist 2/5: packages");
        assert!(Verbosity::Steps.quiet_if(true).steps("dist", 5).is_quiet());
        assert!(!Verbosity::Steps.quiet_if(false).steps("dist", 5).is_quiet());
    }
}
