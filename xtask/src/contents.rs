//! What is in the files of a package.

mod manual;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap_complete::Shell;
use flate2::{Compression, GzBuilder};

use crate::dependencies::{self, DependenciesError};
use crate::package::Ingredients;
use crate::spec::Origin;
use crate::template::{self, TemplateError};

/// The content of a file from where its spec says it comes.
pub fn of(origin: &Origin, ingredients: &Ingredients) -> Result<Vec<u8>, ContentsError> {
    let path = match origin {
        Origin::Binary(name) => ingredients.binaries.join(name),
        Origin::File(path) => ingredients.sources.join(path),
        Origin::Template(path) => {
            let text = template::render_file(&ingredients.sources.join(path), ingredients.variables)?;
            return Ok(text.into_bytes());
        }
        Origin::LibraryLicences(binary) => {
            let linked = ingredients.dependencies.of(binary)?;
            return Ok(dependencies::licences(&linked)?.into_bytes());
        }
        Origin::Manual(binary) => return manual(binary),
        Origin::BashCompletion(binary) => return completion(binary, Shell::Bash),
        Origin::ZshCompletion(binary) => return completion(binary, Shell::Zsh),
    };
    fs::read(&path).map_err(|source| ContentsError::Read { path, source })
}

/// The command line of a binary, from which its help, its manual page and its completions are made.
fn command(binary: &str) -> Result<clap::Command, ContentsError> {
    let commands = [generate_pillar::cli::command(), bgp_community_services::cli::command()];
    let named = commands.into_iter().find(|command| command.get_name() == binary);
    named.ok_or_else(|| ContentsError::NoCommand { name: binary.to_owned() })
}

/// The manual page, compressed as distributions do it, without a time of its own.
fn manual(binary: &str) -> Result<Vec<u8>, ContentsError> {
    let section = if binary == bgpcs::PLUGIN { "1" } else { "8" };
    let fail = |source| ContentsError::Manual { name: binary.to_owned(), source };
    let page = manual::page(command(binary)?, section, bgpcs::CONDUCTOR_PACKAGE).map_err(fail)?;
    let mut compressed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let written =
        compressed.write_all(&page).and_then(|()| compressed.flush()).and_then(|()| compressed.finish());
    written.map_err(fail)
}

fn completion(binary: &str, shell: Shell) -> Result<Vec<u8>, ContentsError> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(binary)?, binary, &mut text);
    Ok(text)
}

/// Content that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ContentsError {
    /// A file could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A template does not render.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The licences could not be told.
    #[error(transparent)]
    Dependencies(#[from] DependenciesError),
    /// No binary of that name has a command line.
    #[error("no binary {name} has a command line; the spec in rpm-specs/ should name one that has")]
    NoCommand {
        /// Its name.
        name: String,
    },
    /// The manual page could not be made.
    #[error("cannot make the manual page of {name}: {source}")]
    Manual {
        /// The binary.
        name: String,
        /// Why.
        source: io::Error,
    },
}
