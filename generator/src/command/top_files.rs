//! Editing the top files of the `plugins` environment in place.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bgpcs::whole_file;

use super::Exit;
use crate::cli::TopFileAction;
use crate::finding::Severity;
use crate::log::Log;
use crate::top_file::{self, Change};

/// Edits the top file of each root; one that cannot be edited does not keep the others from it.
pub(super) fn edit(action: TopFileAction, roots: &[PathBuf], dry_run: bool) -> Exit {
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
