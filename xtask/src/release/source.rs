//! The commit from which a release is built, as far as git knows it.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use fs_err as fs;
use task::{command, workspace};

/// What git says of the source tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The tree of a commit, with or without changes.
    Commit {
        /// The hash of the commit.
        id: String,
        /// The time of the commit, in seconds since 1970.
        time: u32,
        /// The paths that differ from the commit, and those that git neither tracks nor ignores.
        changed: Vec<String>,
    },
    /// A tree without git, as in an unpacked archive of the source.
    Unknown {
        /// Why git knows nothing.
        cause: String,
    },
}

/// From what kind of tree packages may be built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Allowed {
    /// Only from that of a commit.
    #[default]
    Commit,
    /// From a changed one too, which the release of the packages then says.
    Marked,
    /// From any, as tests do, whose packages go nowhere.
    Any,
}

/// How many paths a message shows.
const SHOWN: usize = 5;

/// What the release of packages of a changed tree says; rpm takes it for older than the same release without it.
const MARK: &str = ".dirty";

impl Source {
    /// Asks git. A tree that only lies within the tree of another repository has no commit of its own.
    pub fn read() -> Self {
        Self::ask().unwrap_or_else(|error| Self::Unknown { cause: format!("{error:#}") })
    }

    fn ask() -> Result<Self> {
        let top = git(&["rev-parse", "--show-toplevel"])?;
        let (top, root) = (fs::canonicalize(top.trim())?, fs::canonicalize(workspace::root())?);
        ensure!(top == root, "the repository in {} is another one", top.display());
        let log = git(&["log", "-1", "--format=%H %ct"])?;
        let (id, time) = log.trim().split_once(' ').context("git log names no commit")?;
        let status = git(&["status", "--porcelain"])?;
        let changed = status.lines().filter_map(|line| Some(line.get(3..)?.to_owned()));
        Ok(Self::Commit { id: id.to_owned(), time: time.parse()?, changed: changed.collect() })
    }

    /// The hash of the commit, if there is one.
    pub fn commit(&self) -> Option<&str> {
        match self {
            Self::Commit { id, .. } => Some(id),
            Self::Unknown { .. } => None,
        }
    }

    /// The time of the commit, if there is one.
    pub fn time(&self) -> Option<u32> {
        match self {
            Self::Commit { time, .. } => Some(*time),
            Self::Unknown { .. } => None,
        }
    }

    /// Whether the tree differs from its commit; none if there is no commit.
    pub fn is_changed(&self) -> Option<bool> {
        match self {
            Self::Commit { changed, .. } => Some(!changed.is_empty()),
            Self::Unknown { .. } => None,
        }
    }

    /// The release of the packages, without the tag of a distribution. A changed tree is an error if only that of a commit
    /// is allowed. Without git nobody can tell, which is said.
    pub fn release(&self, allowed: Allowed) -> Result<String> {
        let release = bgpcs::RELEASE.to_owned();
        match (self, allowed) {
            (_, Allowed::Any) => Ok(release),
            (Self::Unknown { cause }, _) => {
                eprintln!(
                    "note: there is no commit here ({cause}); the packages have the time of the release in CHANGELOG.md \
                     (or SOURCE_DATE_EPOCH), their provenance names no commit, and whether the source was changed is unknown"
                );
                Ok(release)
            }
            (Self::Commit { changed, .. }, _) if changed.is_empty() => Ok(release),
            (Self::Commit { .. }, Allowed::Marked) => Ok(release + MARK),
            (Self::Commit { changed, .. }, Allowed::Commit) => {
                let more = changed.len().saturating_sub(SHOWN);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                let shown = changed.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
                bail!(
                    "the source has uncommitted changes: {shown}{more}; commit them, or build with --dirty, which marks the \
                     packages"
                )
            }
        }
    }
}

/// Whether the file name of a package has the mark of a changed tree.
pub fn is_marked(name: &str) -> bool {
    name.contains(&format!("-{}{MARK}.", bgpcs::RELEASE))
}

fn git(arguments: &[&str]) -> Result<String> {
    command::read(Command::new("git").current_dir(workspace::root()).args(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(changed: &[&str]) -> Source {
        let changed = changed.iter().map(|&path| path.to_owned()).collect();
        Source::Commit { id: "c0ffee".to_owned(), time: 1, changed }
    }

    #[test]
    fn only_a_changed_tree_is_refused_or_marked() {
        let unknown = Source::Unknown { cause: "no repository".to_owned() };
        for (source, allowed, expected) in [
            (commit(&[]), Allowed::Commit, Some("1")),
            (commit(&[]), Allowed::Marked, Some("1")),
            (commit(&["a"]), Allowed::Commit, None),
            (commit(&["a"]), Allowed::Marked, Some("1.dirty")),
            (commit(&["a"]), Allowed::Any, Some("1")),
            (unknown, Allowed::Commit, Some("1")),
        ] {
            let release = source.release(allowed).ok();
            assert_eq!(release.as_deref(), expected, "{source:?} {allowed:?}");
        }
        let refused = commit(&["1", "2", "3", "4", "5", "6", "7"]).release(Allowed::Commit);
        let refused = refused.expect_err("a changed tree is refused").to_string();
        assert!(
            refused.contains("uncommitted changes: 1, 2, 3, 4, 5 and 2 more; commit them, "),
            "{refused}"
        );
        assert!(is_marked("a-4.1.0-1.dirty.el9.x86_64.rpm") && !is_marked("a-4.1.0-1.el9.x86_64.rpm"));
    }
}
