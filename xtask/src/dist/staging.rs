//! The files of a release take the place of those of an earlier one only when all of them are there.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use fs_err as fs;
use tempfile::TempDir;

use super::checksum::SUMS;
use super::repository::REPOSITORY;
use crate::package::spec::PackageSpec;

/// How the names of these directories begin. One that a killed run left is removed by the next.
const PREFIX: &str = ".dist-";

/// A directory in which the files of a release are made, within the one where they will be: on the same file system.
pub struct Staging {
    out: PathBuf,
    /// Whether `out` was not there before.
    is_new: bool,
    /// None only while it is removed.
    directory: Option<TempDir>,
}

impl Staging {
    /// Creates it, and the directory that is to have the files, if that does not exist.
    pub fn begin(out: &Path) -> Result<Self> {
        let is_new = !out.exists();
        fs::create_dir_all(out)?;
        for entry in fs::read_dir(out)? {
            let path = entry?.path();
            if name(&path).starts_with(PREFIX) {
                fs::remove_dir_all(path)?;
            }
        }
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(out);
        let directory = directory.with_context(|| format!("cannot write to {}", out.display()))?;
        let staging = Self { out: out.to_owned(), is_new, directory: Some(directory) };
        fs::create_dir(staging.fresh())?;
        fs::create_dir(staging.replaced())?;
        Ok(staging)
    }

    fn below(&self, folder: &str) -> PathBuf {
        self.directory.as_ref().map_or(&*self.out, |directory| directory.path()).join(folder)
    }

    /// Where the new files are made.
    pub fn fresh(&self) -> PathBuf {
        self.below("new")
    }

    fn replaced(&self) -> PathBuf {
        self.below("old")
    }

    /// Puts the new files in the place of the files of an earlier release of any version; other files stay. If one cannot be
    /// moved, all are moved back.
    pub fn publish(mut self, specs: &[PackageSpec]) -> Result<()> {
        let mut moved = Vec::new();
        if let Err(error) = self.exchange(specs, &mut moved) {
            for (from, to) in moved.iter().rev() {
                fs::rename(to, from).context("an earlier release cannot be put back")?;
            }
            return Err(error);
        }
        self.is_new = false;
        Ok(())
    }

    fn exchange(&self, specs: &[PackageSpec], moved: &mut Vec<(PathBuf, PathBuf)>) -> Result<()> {
        let mut rename = |from: PathBuf, to: PathBuf| -> Result<()> {
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::rename(&from, &to)?;
            moved.push((from, to));
            Ok(())
        };
        for path in entries(&self.out)? {
            let name = name(&path);
            if is_ours(&name, specs) {
                rename(path, self.replaced().join(name))?;
            }
        }
        for tag in specs.iter().flat_map(|spec| &spec.tags) {
            let repository = Path::new(REPOSITORY).join(tag);
            if self.out.join(&repository).exists() {
                rename(self.out.join(&repository), self.replaced().join(&repository))?;
            }
        }
        for repository in entries(&self.fresh().join(REPOSITORY)).unwrap_or_default() {
            let to = self.out.join(REPOSITORY).join(name(&repository));
            rename(repository, to)?;
        }
        // The sums come last, so that they never speak of files that are not there.
        let mut files = entries(&self.fresh())?;
        files.retain(|path| path.is_file());
        files.sort_by_key(|path| name(path).starts_with(SUMS));
        files.into_iter().try_for_each(|path| {
            let to = self.out.join(name(&path));
            rename(path, to)
        })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        drop(self.directory.take());
        if self.is_new {
            // It stays if something else was put there meanwhile.
            let _ = fs::remove_dir(&self.out);
        }
    }
}

/// Whether `dist` makes files of this name.
fn is_ours(name: &str, specs: &[PackageSpec]) -> bool {
    let of_spec = |spec: &PackageSpec| {
        let rest = name.strip_prefix(&spec.name).and_then(|rest| rest.strip_prefix('-'));
        rest.is_some_and(|rest| [".rpm", ".cdx.json", ".intoto.json"].iter().any(|end| rest.ends_with(end)))
    };
    specs.iter().any(of_spec) || name.strip_prefix(SUMS).is_some_and(|rest| rest.is_empty() || rest == ".asc")
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let paths = fs::read_dir(directory)?.map(|entry| Ok(entry?.path()));
    paths.collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
