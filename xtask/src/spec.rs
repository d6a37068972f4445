//! The schema of `rpm-specs/*.yaml`: what a package is made of.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tera::Context;

use crate::template::{self, TemplateError};

/// A package, one file of `rpm-specs/`. The file is a Tera template over the paths and names of the shared crate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PackageSpec {
    /// RPM name.
    pub name: String,
    /// One line, without a full stop.
    pub summary: String,
    /// What the plugin dashboard shows.
    pub description: String,
    /// RPM group; SSR's plugin category.
    pub group: String,
    /// SPDX expression.
    pub license: String,
    /// Where to read more.
    pub url: String,
    /// The distributions it is built for, as release tags: `el7`.
    pub tags: Vec<String>,
    /// In order of path.
    pub files: Vec<FileSpec>,
    /// Directories that belong to the package.
    #[serde(default)]
    pub directories: Vec<DirectorySpec>,
    /// Links that belong to the package.
    #[serde(default)]
    pub links: Vec<LinkSpec>,
    /// Files that the program makes and that go with the package.
    #[serde(default)]
    pub ghosts: Vec<GhostSpec>,
    /// Shell texts that run at install and removal.
    #[serde(default)]
    pub scriptlets: Scriptlets,
}

impl PackageSpec {
    /// Every path of the package, with its permission bits where the spec gives them.
    pub fn paths(&self) -> impl Iterator<Item = (&str, Option<u16>)> {
        let files = self.files.iter().map(|file| (file.path.as_str(), Some(file.mode)));
        let directories =
            self.directories.iter().map(|directory| (directory.path.as_str(), Some(directory.mode)));
        let links = self.links.iter().map(|link| (link.path.as_str(), None));
        let ghosts = self.ghosts.iter().map(|ghost| (ghost.path.as_str(), Some(ghost.mode)));
        files.chain(directories).chain(links).chain(ghosts)
    }

    /// The programs that the package brings.
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
    /// What is in it.
    pub from: Origin,
    /// What rpm is told of it.
    #[serde(default)]
    pub mark: Option<Mark>,
}

/// What rpm is told of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Documentation, which an image may leave out.
    Doc,
    /// A licence.
    License,
    /// Configuration, whose edited copy stays when a new one comes.
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
    /// The licences of the libraries that are in a binary of the workspace, by the binary's name.
    LibraryLicences(String),
    /// The manual page of a binary's command line, compressed.
    Manual(String),
    /// What lets bash complete a binary's command line.
    BashCompletion(String),
    /// What lets zsh complete it.
    ZshCompletion(String),
}

/// A directory of a package, owned by root.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectorySpec {
    /// Where it stands.
    pub path: String,
    /// Permission bits.
    pub mode: u16,
}

/// A symbolic link of a package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSpec {
    /// Where it stands.
    pub path: String,
    /// What it points to.
    pub target: String,
}

/// A file that is not in the package but belongs to it, and goes when it goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GhostSpec {
    /// Where it stands.
    pub path: String,
    /// Permission bits.
    pub mode: u16,
}

/// Shell texts by the moment at which rpm runs them; the argument is how many versions stay installed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scriptlets {
    /// After the files are there.
    pub post: Option<String>,
    /// Before the files go.
    pub preun: Option<String>,
    /// After the files are gone.
    pub postun: Option<String>,
    /// After everything else of the transaction.
    pub posttrans: Option<String>,
}

/// Reads a spec: first the template, then the YAML.
pub fn read(path: &Path, variables: &Context) -> Result<PackageSpec, SpecError> {
    let text = template::render_file(path, variables)?;
    // `singleton_map` lets an origin be written as a plain mapping, `from: {binary: NAME}`, instead of a YAML tag.
    let document = serde_yaml::Deserializer::from_str(&text);
    serde_yaml::with::singleton_map_recursive::deserialize(document)
        .map_err(|source| SpecError::Parse { path: path.to_owned(), source })
}

/// The specs of a directory, in order of file name.
pub fn read_all(directory: &Path, variables: &Context) -> Result<Vec<PackageSpec>, SpecError> {
    let fail = |source| SpecError::List { path: directory.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| read(path, variables)).collect()
}

/// A spec that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// Its template does not render.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// It is not the YAML of a package.
    #[error("{} is not a package: {source}", .path.display())]
    Parse {
        /// The spec's file.
        path: PathBuf,
        /// Where and why.
        source: serde_yaml::Error,
    },
    /// The directory of specs could not be listed.
    #[error("cannot list {}: {source}", .path.display())]
    List {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
