//! `cargo xtask demo`: the whole way on one machine, from an operator's configuration to prefixes by application.
//!
//! The packages are built, unpacked and run. Two parts of the real way are missing on a machine with nothing but Rust,
//! and are stood in for here: Salt, whose part [`salt`] does by hand, and the routing engine, in whose place a small
//! table answers.

mod table;

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use bgpcs::{PillarDocument, paths};
use serde_json::Value;

use crate::command::{self, CommandError};
use crate::dist::{self, DistError};
use crate::workspace;

/// Where the demonstration leaves everything.
fn scratch() -> PathBuf {
    workspace::target().join("demo")
}

/// Runs the demonstration; it fails when an application of the sample profile gets no prefix.
pub fn run() -> Result<(), DemoError> {
    let packages = dist::run(&dist::Settings::default())?.packages;
    stage(1, "packages", "what `manage plugin install` brings to the conductor, and Salt to its routers");
    for path in &packages {
        println!("  {} ({} kB)", path.display(), size(path)? / 1000);
    }

    let scratch = scratch();
    match fs::remove_dir_all(&scratch) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&scratch)(error)),
        _ => {}
    }
    let conductor = scratch.join("conductor");
    unpack(&packages, bgpcs::CONDUCTOR_PACKAGE, &conductor)?;
    let configuration = workspace::root().join("xtask/demo/authority.txt");
    stage(2, "commit", "the packaged generator reads the authority and writes pillar, a file per node");
    println!("  {}", configuration.display());
    let pillars = generate(&conductor, &configuration)?;

    let socket_dir = tempfile::tempdir().map_err(at(&std::env::temp_dir()))?;
    let socket = socket_dir.path().join("bgpd.vty");
    let routes = table::parse(include_str!("../demo/routes.txt"))?;
    table::serve(&socket, routes).map_err(at(&socket))?;
    stage(3, "highstate and first run", "each node is configured, and its module asks the routing engine");
    for pillar in &pillars {
        let node = scratch.join(pillar.file_stem().unwrap_or_default());
        unpack(&packages, bgpcs::ROUTER_PACKAGE, &node)?;
        let document = salt(pillar, &node)?;
        let output = run_module(&node, &socket)?;
        println!("  {} {}", document.pillar.router, document.pillar.node);
        for path in [paths::MODULE_CONFIGURATION, paths::MODULE_LINK, paths::MODULE_OUTPUT] {
            println!("    {}", below(&node, path).display());
        }
        show_services(&document, &output)?;
    }
    Ok(())
}

fn stage(number: u8, title: &str, what: &str) {
    println!("\n{number}. {title}: {what}");
}

fn size(path: &Path) -> Result<u64, DemoError> {
    Ok(fs::metadata(path).map_err(at(path))?.len())
}

/// Lays the files of a package down below `root`; rpm itself may not be on this machine.
fn unpack(packages: &[PathBuf], name: &str, root: &Path) -> Result<(), DemoError> {
    let file_name = format!("{name}-{}-{}.el9", bgpcs::VERSION, bgpcs::RELEASE);
    let is_wanted = |path: &&PathBuf| path.to_string_lossy().contains(&file_name);
    let path =
        packages.iter().find(is_wanted).ok_or_else(|| DemoError::NoPackage { name: file_name.clone() })?;
    fs::create_dir_all(root.parent().unwrap_or(root)).map_err(at(root))?;
    let package = rpm::Package::open(path).and_then(|package| package.extract(root));
    package.map_err(|source| DemoError::Unpack { path: path.clone(), source })
}

/// Runs the conductor's generator and gives the pillar files.
fn generate(conductor: &Path, configuration: &Path) -> Result<Vec<PathBuf>, DemoError> {
    let pillar_dir = below(conductor, paths::PILLAR_DIR);
    let log = below(conductor, paths::GENERATOR_LOG);
    fs::create_dir_all(log.parent().unwrap_or(conductor)).map_err(at(&log))?;
    let mut generator = Command::new(below(conductor, paths::GENERATOR));
    generator.arg("--config").arg(configuration).arg("--pillar-dir").arg(&pillar_dir).arg("--log").arg(&log);
    command::run(&mut generator)?;
    let mut pillars = Vec::new();
    for entry in fs::read_dir(&pillar_dir).map_err(at(&pillar_dir))? {
        pillars.push(entry.map_err(at(&pillar_dir))?.path());
    }
    pillars.sort();
    for pillar in &pillars {
        println!("  {}", pillar.display());
    }
    if let Some(first) = pillars.first() {
        println!("\n  The first of them, without its lines of comment:\n");
        let text = fs::read_to_string(first).map_err(at(first))?;
        text.lines().filter(|line| !line.starts_with('#')).for_each(|line| println!("    {line}"));
    }
    Ok(pillars)
}

/// Does for a node what the Salt states do: the configuration out of the pillar, and the link.
fn salt(pillar: &Path, node: &Path) -> Result<PillarDocument, DemoError> {
    let text = fs::read_to_string(pillar).map_err(at(pillar))?;
    let document: PillarDocument = serde_yaml::from_str(&text)
        .map_err(|source| DemoError::Pillar { path: pillar.to_owned(), source })?;
    let configuration = below(node, paths::MODULE_CONFIGURATION);
    let link = below(node, paths::MODULE_LINK);
    for path in [&configuration, &below(node, paths::MODULE_OUTPUT), &link] {
        fs::create_dir_all(path.parent().unwrap_or(node)).map_err(at(path))?;
    }
    let json = serde_json::to_string_pretty(&document.pillar.config).map_err(io::Error::from);
    json.and_then(|json| fs::write(&configuration, json)).map_err(at(&configuration))?;
    symlink(below(node, paths::MODULE), &link).map_err(at(&link))?;
    Ok(document)
}

/// Runs the module once, through the link, as SSR does every `duration` seconds.
fn run_module(node: &Path, socket: &Path) -> Result<PathBuf, DemoError> {
    let output = below(node, paths::MODULE_OUTPUT);
    let mut module = Command::new(below(node, paths::MODULE_LINK));
    module.arg("--config").arg(below(node, paths::MODULE_CONFIGURATION)).arg("--output").arg(&output);
    module.arg("--state-dir").arg(below(node, paths::MODULE_STATE_DIR));
    module.args(["--source", "bgpd"]).arg("--bgpd-socket").arg(socket);
    command::run(&mut module)?;
    Ok(output)
}

/// Prints the prefixes of each configured application.
fn show_services(document: &PillarDocument, output: &Path) -> Result<(), DemoError> {
    let text = fs::read_to_string(output).map_err(at(output))?;
    let json: Value = serde_json::from_str(&text).map_err(io::Error::from).map_err(at(output))?;
    for application in &document.pillar.config.applications {
        let name = application.application_name.as_str();
        let prefixes = json["services"][name].as_array().map(Vec::as_slice).unwrap_or_default();
        if prefixes.is_empty() {
            return Err(DemoError::NoPrefix {
                application: name.to_owned(),
                output: output.to_owned(),
                text,
            });
        }
        let prefixes: Vec<&str> = prefixes.iter().filter_map(|prefix| prefix["ip-prefix"].as_str()).collect();
        println!("      {name:18} {}", prefixes.join("  "));
    }
    Ok(())
}

/// An installed path below a scratch root.
fn below(root: &Path, installed: &str) -> PathBuf {
    root.join(installed.trim_start_matches('/'))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> DemoError {
    let path = path.to_owned();
    move |source| DemoError::File { path, source }
}

/// A demonstration that did not reach its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The packages could not be built.
    #[error(transparent)]
    Dist(#[from] DistError),
    /// A packaged program failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The bundled table has something else where a community should be.
    #[error("xtask/demo/routes.txt: {0}")]
    Routes(#[from] bgpcs::CommunityError),
    /// A package is not among those built.
    #[error("no package {name} was built; its spec in rpm-specs/ should list the tag")]
    NoPackage {
        /// The start of its file name.
        name: String,
    },
    /// A package could not be unpacked.
    #[error("cannot unpack {}: {source}", .path.display())]
    Unpack {
        /// The package.
        path: PathBuf,
        /// Why.
        source: rpm::Error,
    },
    /// The generator wrote something else than a pillar.
    #[error("{} is not the pillar of a node: {source}", .path.display())]
    Pillar {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_yaml::Error,
    },
    /// A file of the demonstration could not be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The module found nothing for an application.
    #[error("{} has no prefix for application {application}, expected those of xtask/demo/routes.txt:\n{text}", .output.display())]
    NoPrefix {
        /// Its name.
        application: String,
        /// The module's output.
        output: PathBuf,
        /// What stands there.
        text: String,
    },
}
