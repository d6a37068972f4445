//! Laying packages out as repositories that dnf and yum use as they are, from a directory or over HTTP.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{self, CommandError};

/// Makes one repository per tag below `directory`, each with the packages for its distribution.
///
/// yum on Oracle Linux 7 reads gzip and SHA-256, so the metadata has nothing newer. `time`, in seconds since 1970,
/// stands in the metadata, so that one commit gives one repository.
pub fn lay_out(
    directory: &Path,
    packages: &[(String, PathBuf)],
    time: u32,
) -> Result<BTreeSet<PathBuf>, RepositoryError> {
    let repositories: BTreeSet<PathBuf> = packages.iter().map(|(tag, _)| directory.join(tag)).collect();
    for repository in &repositories {
        let fail = |source| RepositoryError::Write { path: repository.clone(), source };
        fs::create_dir_all(repository).map_err(fail)?;
    }
    for (tag, package) in packages {
        let copy = directory.join(tag).join(package.file_name().unwrap_or_default());
        fs::copy(package, &copy).map_err(|source| RepositoryError::Write { path: copy, source })?;
    }
    for repository in &repositories {
        let mut createrepo = Command::new("createrepo_c");
        createrepo.args(["--quiet", "--checksum", "sha256", "--compress-type", "gz", "--no-database"]);
        createrepo.args(["--set-timestamp-to-revision", "--revision"]).arg(time.to_string());
        command::read(createrepo.arg(repository))?;
    }
    Ok(repositories)
}

/// A repository that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// createrepo_c failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A file or directory could not be written.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
