//! What a task does now, and how far it is.

use std::cell::Cell;

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
        Progress { task, count, begun: Cell::new(0), verbosity: self }
    }
}

/// The steps of a task.
#[derive(Debug)]
pub struct Progress {
    task: &'static str,
    count: usize,
    begun: Cell<usize>,
    verbosity: Verbosity,
}

impl Progress {
    /// Begins the next step: `dist 3/5: packages`.
    pub fn begin(&self, step: &str) {
        self.begun.set(self.begun.get() + 1);
        if !self.is_quiet() {
            eprintln!("{}", self.line(step));
        }
    }

    /// Whether nothing is said of the steps.
    pub fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    fn line(&self, step: &str) -> String {
        format!("{} {}/{}: {step}", self.task, self.begun.get(), self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_the_task_is() {
        let progress = Verbosity::Quiet.steps("dist", 5);
        progress.begin("programs");
        progress.begin("packages");
        assert_eq!(progress.line("packages"), "dist 2/5: packages");
        assert!(Verbosity::Steps.quiet_if(true).steps("dist", 5).is_quiet());
        assert!(!Verbosity::Steps.quiet_if(false).steps("dist", 5).is_quiet());
    }
}
