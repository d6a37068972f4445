//! `top-file`: edits the top files of the `plugins` environment in place.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bgpcs::whole_file;

use super::exit::Exit;
use crate::cli::TopFileAction;
use crate::finding::Severity;
use crate::report::Log;
use crate::top_file::{self, KeepReason, TopFileEdit};

/// Edits the top file in each of the `roots`. If the plugin cannot be added to one of them, it is added to none: states
/// without their pillar would remove the plugin from every node.
pub(super) fn edit(action: TopFileAction, roots: &[PathBuf], dry_run: bool) -> Exit {
    let planned: Vec<_> =
        roots.iter().map(|root| root.join("top.sls")).map(|path| (plan(action, &path), path)).collect();
    let cannot_list = |change: &io::Result<TopFileEdit>| {
        matches!(change, Err(_) | Ok(TopFileEdit::Keep(KeepReason::NotPlainYaml | KeepReason::BrokenBlock)))
    };
    let refused =
        matches!(action, TopFileAction::Add) && planned.iter().any(|(change, _)| cannot_list(change));
    let mut exit = if refused { Exit::SomeInError } else { Exit::Done };
    for (change, path) in planned {
        let did =
            change.and_then(|change| if dry_run || refused { Ok(change) } else { apply(change, &path) });
        match did {
            Ok(TopFileEdit::Keep(reason)) => say(&path, &format!("unchanged, {reason}")),
            Ok(_) if refused => {
                say(&path, "unchanged, because the plugin cannot be added to the other top file")
            }
            Ok(TopFileEdit::Write(_)) => say(&path, "written"),
            Ok(TopFileEdit::Delete) => say(&path, "removed"),
            Err(error) => {
                Log::default().message(
                    Severity::Error,
                    format!("cannot edit {}: {error}", path.display()),
                    "check its owner, its permissions and the free space of its file system, and run it again",
                );
                exit = Exit::SomeInError;
            }
        }
    }
    exit
}

fn plan(action: TopFileAction, path: &Path) -> io::Result<TopFileEdit> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        text => text?,
    };
    Ok(match action {
        TopFileAction::Add => top_file::add(&text),
        TopFileAction::Remove => top_file::remove(&text),
    })
}

fn say(path: &Path, what: &str) {
    // Nobody may read a scriptlet's output any more; its work has to be done all the same.
    let _ = writeln!(io::stdout(), "{}: {what}", path.display());
}

/// Everybody may read the conductor's top files, hence also a new one.
const TOP_FILE_MODE: u32 = 0o644;

fn apply(change: TopFileEdit, path: &Path) -> io::Result<TopFileEdit> {
    match &change {
        TopFileEdit::Write(text) => {
            // If the path is a link, the file that it points to.
            let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let before = fs::metadata(&path).ok();
            let mode = before.as_ref().map_or(TOP_FILE_MODE, |before| before.permissions().mode());
            if let Some(root) = path.parent() {
                fs::create_dir_all(root)?;
            }
            whole_file::write(&path, text.as_bytes(), mode & 0o7777).map_err(io::Error::other)?;
            if let Some(before) = before {
                std::os::unix::fs::chown(&path, Some(before.uid()), Some(before.gid()))?;
            }
        }
        TopFileEdit::Delete => fs::remove_file(path)?,
        TopFileEdit::Keep(_) => {}
    }
    Ok(change)
}
