//! Package repositories for dnf and yum, in a directory that can also be served over HTTP.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use fs_err as fs;
use task::command;

/// The directory of repositories beside the packages.
pub const REPOSITORY: &str = "repository";
/// The directory of a repository's metadata, and the file in it that lists the others.
pub const METADATA: &str = "repodata";
/// What is signed of the metadata: it has the checksums of all else.
pub const INDEX: &str = "repomd.xml";

/// Creates one repository per tag below `directory`, each with the packages for its distribution.
///
/// The metadata has only gzip and SHA-256, for yum on Oracle Linux 7. Its time, and that of the packages, which it names, is
/// `time`, in seconds since 1970, so that every build of a commit gives the same repository.
pub fn lay_out(directory: &Path, packages: &[(String, PathBuf)], time: u32) -> Result<BTreeSet<PathBuf>> {
    let repositories: BTreeSet<PathBuf> = packages.iter().map(|(tag, _)| directory.join(tag)).collect();
    for repository in &repositories {
        fs::create_dir_all(repository)?;
    }
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(time.into());
    for (tag, package) in packages {
        let copy = directory.join(tag).join(package.file_name().unwrap_or_default());
        fs::copy(package, &copy)?;
        fs::OpenOptions::new().write(true).open(&copy)?.set_modified(modified)?;
    }
    for repository in &repositories {
        let mut createrepo = Command::new("createrepo_c");
        createrepo.args(["--quiet", "--checksum", "sha256", "--compress-type", "gz", "--no-database"]);
        createrepo.args(["--set-timestamp-to-revision", "--revision"]).arg(time.to_string());
        command::read(createrepo.arg(repository))?;
    }
    Ok(repositories)
}
