//! What a run works on: the configuration and the pillar directory.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use super::error::RunError;
use crate::authority::{Authority, gather};
use crate::read::End;

/// Where the configuration comes from.
#[derive(Debug)]
pub enum ConfigurationSource {
    /// Standard input.
    StandardInput,
    /// A file.
    File(PathBuf),
}

impl ConfigurationSource {
    fn open(&self) -> Result<Box<dyn Read>, RunError> {
        match self {
            Self::StandardInput => Ok(Box::new(io::stdin())),
            Self::File(path) => match File::open(path) {
                Ok(file) => Ok(Box::new(file)),
                Err(source) => Err(RunError::Open { path: path.clone(), source }),
            },
        }
    }
}

impl fmt::Display for ConfigurationSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => f.write_str("on standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// What a run works on.
#[derive(Debug)]
pub struct RunSettings {
    /// The configuration.
    pub source: ConfigurationSource,
    /// Whether the configuration is certainly the whole authority, so that a router that is not in it does not exist.
    pub is_whole: bool,
    /// The pillar directory.
    pub pillar_dir: PathBuf,
    /// Whether to change nothing and print what would be done.
    pub dry_run: bool,
    /// The file for the findings as JSON.
    pub report: Option<PathBuf>,
    /// Whether to print the summary table.
    pub summary: bool,
}

impl RunSettings {
    /// Reads the authority. `End` says whether it is certain that the configuration is whole.
    pub(crate) fn read(&self) -> Result<(Authority, End), RunError> {
        let input = self.source.open()?;
        gather(input).map_err(|source| RunError::Read { configuration: self.source.to_string(), source })
    }
}
