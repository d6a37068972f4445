//! `cargo xtask tidy`: the rules of `ARCHITECTURE.md` that a compiler does not check.
//!
//! `tidy/crates.rs` is the table of crates with the order of their layers.

mod crates;
mod documents;
mod imports;
mod meaning;
mod modules;
mod network;
mod paths;
#[cfg(test)]
mod tests;
mod text;
mod types;

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fs_err as fs;
use task::{command, workspace};

use crates::{CRATES, Crate, Sockets};
use modules::Modules;

/// Checks every file that git tracks or would track; the error names each place that breaks a rule.
pub fn run() -> Result<()> {
    let files = read_files()?;
    let mut breaches = text::breaches(&files, text::RULES);
    for rules in CRATES {
        breaches.extend(check_crate(&files, rules)?);
    }
    breaches.extend(unknown_crates(&files));
    let exists = |path: &str| workspace::root().join(path).exists();
    for (file, text) in files.iter().filter(|(file, _)| file.ends_with(".md")) {
        breaches.extend(documents::broken_links(file, text, exists));
        if documents::WITH_PATHS.contains(&file.as_str()) {
            breaches.extend(documents::missing_paths(file, text, exists));
        }
    }
    ensure!(breaches.is_empty(), "the source tree breaks its rules:\n{}", breaches.join("\n"));
    Ok(())
}

/// The texts of the files by their paths; a file that is no text is empty.
fn read_files() -> Result<BTreeMap<String, String>> {
    let mut git = Command::new("git");
    git.current_dir(workspace::root()).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let names = command::read(&mut git)?;
    let mut files = BTreeMap::new();
    // git still lists a file that is deleted in the work tree.
    for name in names.lines().filter(|name| workspace::root().join(name).is_file()) {
        let content = fs::read(workspace::root().join(name))?;
        files.insert(name.to_owned(), String::from_utf8(content).unwrap_or_default());
    }
    Ok(files)
}

fn check_crate(files: &BTreeMap<String, String>, rules: &Crate) -> Result<Vec<String>> {
    let manifest = format!("{}/Cargo.toml", rules.folder);
    let text =
        files.get(&manifest).with_context(|| format!("{manifest} does not exist; correct tidy/crates.rs"))?;
    let name = text.lines().find_map(|line| line.strip_prefix("name = ")).unwrap_or_default();
    let modules = Modules::parse(files, rules.folder, &name.trim_matches('"').replace('-', "_"))?;
    let mut breaches = Vec::new();
    if let Sockets::OnlyIn(allowed) = rules.sockets {
        breaches.extend(network::sockets(&modules, allowed));
        breaches.extend(allowed.iter().filter_map(|start| text::missing(files, start)));
    }
    if rules.is_held {
        breaches.extend(imports::circles(&imports::between_files(&modules)));
        breaches.extend(types::ambiguous(&modules));
        if !rules.layers.is_empty() {
            let upwards = imports::upwards(&modules, rules.layers);
            breaches.extend(upwards.into_iter().map(|breach| format!("{}: {breach}", rules.folder)));
        }
    }
    Ok(breaches)
}

/// The crates of the workspace that the table does not have.
fn unknown_crates(files: &BTreeMap<String, String>) -> impl Iterator<Item = String> {
    let roots = files
        .keys()
        .filter_map(|file| file.strip_suffix("/src/lib.rs").or_else(|| file.strip_suffix("/src/main.rs")));
    let unknown = roots.filter(|folder| CRATES.iter().all(|rules| rules.folder != *folder));
    unknown.map(|folder| format!("crate {folder} has no line in xtask/checks/src/tidy/crates.rs"))
}
