//! The contents of the files of a package.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap_complete::Shell;
use flate2::{Compression, GzBuilder};
use fs_err as fs;
use tera::Context;

use super::dependencies::{self, Dependencies};
use super::spec::Origin;
use super::{manual, template};

/// Where contents come from.
pub struct Sources<'a> {
    /// The variables of templates.
    pub variables: &'a Context,
    /// The root of the workspace, with templates and files.
    pub root: &'a Path,
    /// The folder of the built binaries.
    pub binaries: &'a Path,
    /// The libraries in the binaries.
    pub dependencies: &'a Dependencies,
}

/// The content of a file by the origin in its spec.
pub fn of(origin: &Origin, sources: &Sources) -> Result<Vec<u8>> {
    let path = match origin {
        Origin::Binary(name) => sources.binaries.join(name),
        Origin::File(path) => sources.root.join(path),
        Origin::Template(path) => {
            let text = template::render_file(&sources.root.join(path), sources.variables)?;
            return Ok(text.into_bytes());
        }
        Origin::LibraryLicences(binary) => {
            let linked = sources.dependencies.of(binary)?;
            return Ok(dependencies::licences(&linked)?.into_bytes());
        }
        Origin::Manual(binary) => return manual_page(binary),
        Origin::BashCompletion(binary) => return completion(binary, Shell::Bash),
        Origin::ZshCompletion(binary) => return completion(binary, Shell::Zsh),
    };
    Ok(fs::read(path)?)
}

/// The command line of a binary, the source of its help, manual page and completions.
fn command(binary: &str) -> Result<clap::Command> {
    let commands = [generate_pillar_cli::command(), bgp_community_services_cli::command()];
    let named = commands.into_iter().find(|command| command.get_name() == binary);
    named.with_context(|| {
        format!("no binary {binary} has a command line; use the name of one that has in rpm-specs/")
    })
}

/// The manual page, compressed as distributions do, without the time of the build.
fn manual_page(binary: &str) -> Result<Vec<u8>> {
    let section = if binary == bgpcs::PLUGIN { "1" } else { "8" };
    let page = manual::page(command(binary)?, section, bgpcs::CONDUCTOR_PACKAGE)?;
    let mut compressed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    compressed.write_all(&page)?;
    Ok(compressed.finish()?)
}

fn completion(binary: &str, shell: Shell) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(binary)?, binary, &mut text);
    Ok(text)
}
