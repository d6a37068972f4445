//! What an operator asks for.

use std::path::PathBuf;

use crate::cli::Format;
use crate::cli::selector::Selector;

/// What an operator asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// How the module is.
    Status {
        /// As nested text instead of tables.
        detail: bool,
        /// As JSON.
        json: bool,
    },
    /// Which prefixes there are.
    Show {
        /// Only these; all, when absent.
        wanted: Option<Selector>,
        /// In which form.
        format: Format,
    },
    /// Why something is there or not.
    Explain {
        /// What.
        subject: Selector,
        /// As JSON.
        json: bool,
    },
    /// What is wrong, and what mends it.
    Doctor {
        /// As JSON.
        json: bool,
    },
    /// All of it, to look at in a browser.
    Report {
        /// The page.
        html: PathBuf,
    },
}
