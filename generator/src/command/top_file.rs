//! `top-file`: edits the top files of the `plugins` environment in place.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bgpcs::whole_file;
use generate_pillar_cli::TopFileAction;
use rustix::fs::OFlags;

use super::exit::Exit;
use crate::finding::Severity;
use crate::report::Log;
use crate::top_file::{self, KeepReason, TopFileEdit};

/// The directories of the environment that have a top file.
pub(super) struct Roots {
    pub(super) states: PathBuf,
    pub(super) pillar: PathBuf,
}

/// Edits the top file in each of the roots.
///
/// States without their pillar fail on every node. So the plugin is added to the pillars first; if it cannot be added to
/// one of the files, it is added to none. It is removed from the states first; each file is tried, since the package that
/// they list goes anyway.
pub(super) fn edit(action: TopFileAction, roots: &Roots, dry_run: bool) -> Exit {
    let order = match action {
        TopFileAction::Add => [&roots.pillar, &roots.states],
        TopFileAction::Remove => [&roots.states, &roots.pillar],
    };
    let files = order.map(|root| TopFile::read(root.join("top.sls")));
    if !dry_run {
        // What interrupted edits left. What cannot be removed, or a directory that does not exist, prevents no edit.
        files.iter().for_each(|file| drop(whole_file::sweep_beside(&file.path)));
    }
    match action {
        TopFileAction::Add => add(files, dry_run),
        TopFileAction::Remove => remove(files, dry_run),
    }
}

fn add(files: [TopFile; 2], dry_run: bool) -> Exit {
    let planned = files.map(|file| (file.plan(top_file::add), file));
    let cannot_list = |change: &io::Result<TopFileEdit>| {
        matches!(change, Err(_) | Ok(TopFileEdit::Keep(KeepReason::NotPlainYaml | KeepReason::BrokenBlock)))
    };
    if planned.iter().any(|(change, _)| cannot_list(change)) {
        for (change, file) in planned {
            match change {
                Ok(TopFileEdit::Keep(reason)) => file.say(&format!("unchanged, {reason}")),
                Ok(TopFileEdit::Write(_) | TopFileEdit::Delete) => {
                    file.say("unchanged, because the plugin cannot be added to the other top file");
                }
                Err(error) => file.say_failed(&error),
            }
        }
        return Exit::SomeInError;
    }
    let mut done: Vec<TopFile> = Vec::new();
    for (change, file) in planned {
        match change.and_then(|change| file.apply(change, dry_run)) {
            Ok(word) => file.say(&word),
            Err(error) => {
                file.say_failed(&error);
                done.iter().for_each(TopFile::restore);
                return Exit::SomeInError;
            }
        }
        done.push(file);
    }
    Exit::Done
}

fn remove(files: [TopFile; 2], dry_run: bool) -> Exit {
    let mut exit = Exit::Done;
    for file in files {
        let change = file.plan(|text| top_file::remove(text.unwrap_or_default()));
        if matches!(change, Ok(TopFileEdit::Keep(KeepReason::BrokenBlock))) {
            exit = Exit::SomeInError;
        }
        match change.and_then(|change| file.apply(change, dry_run)) {
            Ok(word) => file.say(&word),
            Err(error) => {
                file.say_failed(&error);
                exit = Exit::SomeInError;
            }
        }
    }
    exit
}

/// A top file, and its text before the edit.
struct TopFile {
    path: PathBuf,
    /// None if the file does not exist.
    before: io::Result<Option<String>>,
}

impl TopFile {
    fn read(path: PathBuf) -> Self {
        let before = read(&path);
        Self { path, before }
    }

    fn plan(&self, edit: impl FnOnce(Option<&str>) -> TopFileEdit) -> io::Result<TopFileEdit> {
        match &self.before {
            Ok(text) => Ok(edit(text.as_deref())),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        }
    }

    /// Makes the change, and gives what to say of it.
    fn apply(&self, change: TopFileEdit, dry_run: bool) -> io::Result<String> {
        match change {
            TopFileEdit::Keep(reason) => Ok(format!("unchanged, {reason}")),
            TopFileEdit::Write(text) => {
                if !dry_run {
                    write(&self.path, &text)?;
                }
                Ok("written".into())
            }
            // The link is somebody else's, and so is the file that it points to.
            TopFileEdit::Delete if self.path.is_symlink() => {
                self.apply(TopFileEdit::Write(String::new()), dry_run)
            }
            TopFileEdit::Delete => {
                if !dry_run {
                    fs::remove_file(&self.path)?;
                }
                Ok("removed".into())
            }
        }
    }

    /// Gives the file its text from before the edit.
    fn restore(&self) {
        let unchanged =
            || matches!((read(&self.path), &self.before), (Ok(now), Ok(before)) if now == *before);
        let restored = match &self.before {
            _ if unchanged() => return,
            Ok(Some(text)) => write(&self.path, text),
            Ok(None) => fs::remove_file(&self.path),
            Err(_) => return,
        };
        match restored {
            Ok(()) => self.say("restored, because the plugin cannot be added to the other top file"),
            Err(error) => self.say_failed(&error),
        }
    }

    fn say(&self, what: &str) {
        // Nobody may read a scriptlet's output any more; its work has to be done all the same.
        let _ = writeln!(io::stdout(), "{}: {what}", self.path.display());
    }

    fn say_failed(&self, error: &io::Error) {
        Log::default().message(
            Severity::Error,
            format!("cannot edit {}: {error}", self.path.display()),
            "check its owner, its permissions and the free space of its file system, and run it again",
        );
    }
}

/// The text of a top file; none if it does not exist. A pipe or a device is refused, and keeps nobody waiting.
fn read(path: &Path) -> io::Result<Option<String>> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let mut file = match fs::OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return if path.is_symlink() {
                Err(io::Error::other("it is a link to a file that does not exist"))
            } else {
                Ok(None)
            };
        }
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(Some(text))
}

/// Everybody may read the conductor's top files, hence also a new one.
const TOP_FILE_MODE: u32 = 0o644;

fn write(path: &Path, text: &str) -> io::Result<()> {
    // If the path is a link, the file that it points to.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&path).ok();
    let mode = before.as_ref().map_or(TOP_FILE_MODE, |before| before.permissions().mode());
    if let Some(root) = path.parent() {
        fs::create_dir_all(root)?;
    }
    whole_file::sweep_beside(&path).map_err(io::Error::other)?;
    whole_file::write(&path, text.as_bytes(), mode & 0o7777).map_err(io::Error::other)?;
    if let Some(before) = before {
        std::os::unix::fs::chown(&path, Some(before.uid()), Some(before.gid()))?;
    }
    Ok(())
}
