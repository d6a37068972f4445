//! What each command does, from checked settings to an exit status.

use std::process::ExitCode;

use crate::cli::{Arguments, Command, Options};
use crate::finding::Severity;
use crate::generate::{self, Settings, Source};
use crate::log::Log;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Done,
    /// Some routers were in error, the rest were done.
    SomeInError,
    /// Nothing was touched.
    NothingTouched,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::SomeInError => Self::from(1),
            Exit::NothingTouched => Self::from(2),
        }
    }
}

/// Does what the command line asks for.
pub fn run(arguments: Arguments) -> Exit {
    let Arguments { options, command } = arguments;
    match command {
        None => generate(options, generate::generate),
        Some(Command::Purge) => generate(options, generate::purge),
    }
}

type Work = fn(&Settings, &mut Log) -> Result<Exit, generate::GenerateError>;

fn generate(options: Options, work: Work) -> Exit {
    let mut log = if options.dry_run { Log::none() } else { Log::open(&options.log) };
    let settings = Settings {
        source: if options.config.as_os_str() == "-" {
            Source::StandardInput
        } else {
            Source::File(options.config)
        },
        pillar_dir: options.pillar_dir,
        dry_run: options.dry_run,
    };
    work(&settings, &mut log).unwrap_or_else(|error| {
        log.message(Severity::Error, &format_args!("{error}; nothing was touched"));
        Exit::NothingTouched
    })
}
