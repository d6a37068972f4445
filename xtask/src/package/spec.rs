//! The schema of `rpm-specs/*.yaml`, which describe the packages.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fs_err as fs;
use serde::Deserialize;
use tera::Context;

use super::template;

/// A package, one file of `rpm-specs/`. The file is a Tera template over the paths and names of the shared crate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PackageSpec {
    /// RPM name.
    pub name: String,
    /// One line, without a final full stop.
    pub summary: String,
    /// The text of the plugin dashboard.
    pub description: String,
    /// RPM group; SSR's plugin category.
    pub group: String,
    /// SPDX expression.
    pub license: String,
    /// Where to read more.
    pub url: String,
    /// The distributions for which it is built, as release tags: `el7`.
    pub tags: Vec<String>,
    /// In order of path.
    pub files: Vec<FileSpec>,
    /// Directories that belong to the package.
    #[serde(default)]
    pub directories: Vec<DirectorySpec>,
    /// Links that belong to the package.
    #[serde(default)]
    pub links: Vec<LinkSpec>,
    /// Files that the program writes and that are removed with the package.
    #[serde(default)]
    pub ghosts: Vec<GhostSpec>,
    /// Shell scripts that run at installation and removal.
    #[serde(default)]
    pub scriptlets: Scriptlets,
}

impl PackageSpec {
    /// Every path of the package, with its permission bits if the spec has them.
    pub fn paths(&self) -> impl Iterator<Item = (&str, Option<u16>)> {
        let files = self.files.iter().map(|file| (file.path.as_str(), Some(file.mode)));
        let directories =
            self.directories.iter().map(|directory| (directory.path.as_str(), Some(directory.mode)));
        let links = self.links.iter().map(|link| (link.path.as_str(), None));
        let ghosts = self.ghosts.iter().map(|ghost| (ghost.path.as_str(), Some(ghost.mode)));
        files.chain(directories).chain(links).chain(ghosts)
    }

    /// The programs in the package.
    pub fn binaries(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter_map(|file| match &file.from {
            Origin::Binary(name) => Some(name.as_str()),
            _ => None,
        })
    }
}

/// A file of a package, owned by root.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileSpec {
    /// Where it is installed.
    pub path: String,
    /// Permission bits.
    pub mode: u16,
    /// Where its content comes from.
    pub from: Origin,
    /// How rpm treats it.
    #[serde(default)]
    pub mark: Option<Mark>,
}

/// How rpm treats a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Documentation, which an image may leave out.
    Doc,
    /// A licence.
    License,
    /// Configuration: an upgrade keeps an edited file.
    Config,
}

/// Where a file's content comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A binary of the workspace, by name.
    Binary(String),
    /// A Tera template, by its path in the workspace.
    Template(PathBuf),
    /// A file as it is, by its path in the workspace.
    File(PathBuf),
    /// The licences of the libraries that are linked into a binary, by the name of the binary.
    LibraryLicences(String),
    /// The manual page of a binary's command line, compressed.
    Manual(String),
    /// The completion of a binary's command line in bash.
    BashCompletion(String),
    /// The completion in zsh.
    ZshCompletion(String),
}

/// A directory of a package, owned by root.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectorySpec {
    /// Where it is installed.
    pub path: String,
    /// Permission bits.
    pub mode: u16,
}

/// A symbolic link of a package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// Where it is installed.
    pub path: String,
    /// What it points to.
    pub target: String,
}

/// A file that is not in the package but is removed with it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GhostSpec {
    /// Where it is installed.
    pub path: String,
    /// Permission bits.
    pub mode: u16,
}

/// Shell scripts by the moment at which rpm runs them. `$1` is the number of versions that stay installed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scriptlets {
    /// After the files are installed.
    pub post: Option<String>,
    /// Before the files are removed.
    pub preun: Option<String>,
    /// After the files are removed.
    pub postun: Option<String>,
    /// At the end of the transaction.
    pub posttrans: Option<String>,
}

/// Reads a spec: first the template, then the YAML.
pub fn read(path: &Path, variables: &Context) -> Result<PackageSpec> {
    let text = template::render_file(path, variables)?;
    // With `singleton_map` an origin is a plain mapping, `from: {binary: NAME}`, instead of a YAML tag.
    let document = serde_yaml::Deserializer::from_str(&text);
    serde_yaml::with::singleton_map_recursive::deserialize(document)
        .with_context(|| format!("{} is not the spec of a package", path.display()))
}

/// The specs of a directory, in order of file name.
pub fn read_all(directory: &Path, variables: &Context) -> Result<Vec<PackageSpec>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| read(path, variables)).collect()
}
