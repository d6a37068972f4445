//! What each command does, from checked settings to an exit status.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bgpcs::whole_file;

use crate::cli::{Arguments, Command, Options, TopFileAction};
use crate::finding::Severity;
use crate::generate::{self, Settings, Source};
use crate::log::Log;
use crate::top_file::{self, Change};

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
        Some(Command::TopFile { action, states_root, pillar_root }) => {
            edit_top_files(action, &[states_root, pillar_root], options.dry_run)
        }
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

/// Edits the top file of each root; one that cannot be edited does not keep the others from it.
fn edit_top_files(action: TopFileAction, roots: &[PathBuf], dry_run: bool) -> Exit {
    let mut exit = Exit::Done;
    for root in roots {
        let path = root.join("top.sls");
        let change = fs::read_to_string(&path).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(String::new()),
            _ => Err(error),
        });
        let change = change.map(|text| match action {
            TopFileAction::Add => top_file::add(&text),
            TopFileAction::Remove => top_file::remove(&text),
        });
        let did = change.and_then(|change| if dry_run { Ok(change) } else { apply(change, &path) });
        match did {
            Ok(Change::Write(_)) => say(&path, "written"),
            Ok(Change::Delete) => say(&path, "removed"),
            Ok(Change::Keep(reason)) => say(&path, &format!("left alone, {reason}")),
            Err(error) => {
                Log::none()
                    .message(Severity::Error, &format_args!("cannot edit {}: {error}", path.display()));
                exit = Exit::SomeInError;
            }
        }
    }
    exit
}

fn say(path: &Path, what: &str) {
    // A scriptlet whose output nobody reads any more still has to do its work.
    let _ = writeln!(io::stdout(), "{}: {what}", path.display());
}

/// The conductor's top files are readable by everyone, as a new one is.
const TOP_FILE_MODE: u32 = 0o644;

fn apply(change: Change, path: &Path) -> io::Result<Change> {
    match &change {
        Change::Write(text) => {
            // The file itself, when the path is a link to it.
            let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let mode = fs::metadata(&path).map_or(TOP_FILE_MODE, |metadata| metadata.permissions().mode());
            if let Some(root) = path.parent() {
                fs::create_dir_all(root)?;
            }
            whole_file::write(&path, text.as_bytes(), mode & 0o7777).map_err(io::Error::other)?;
        }
        Change::Delete => fs::remove_file(path)?,
        Change::Keep(_) => {}
    }
    Ok(change)
}
