//! What the module leaves: the output file for SSR, and the history of runs for the operator.

pub mod history;
pub mod output;
