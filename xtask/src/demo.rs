//! `cargo xtask demo`: the whole flow on one machine, from an operator's configuration to prefixes by application.
//!
//! The packages are built, unpacked and run. A machine with only Rust has no Salt and no routing engine: [`salt`] does
//! what the Salt states do, and [`rib`] answers queries from a small table.

mod rib;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bgpcs::{PillarDocument, paths};
use fs_err as fs;
use fs_err::os::unix::fs::symlink;
use serde_json::Value;
use task::progress::Verbosity;
use task::{command, workspace};

use crate::dist::{self, DistOptions};

/// The folder of everything that the demonstration writes.
fn scratch() -> PathBuf {
    workspace::target().join("demo")
}

/// Runs the demonstration. An application of the sample profile without a prefix is an error.
pub fn run(verbosity: Verbosity) -> Result<()> {
    let options = DistOptions { any_tree: true, ..DistOptions::default() };
    let packages = dist::run(&options, verbosity)?.packages;
    stage(1, "packages", "`manage plugin install` installs them on the conductor, and Salt on its routers");
    for path in &packages {
        println!("  {} ({} kB)", path.display(), size(path)? / 1000);
    }

    let scratch = scratch();
    match fs::remove_dir_all(&scratch) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    let conductor = scratch.join("conductor");
    unpack(&packages, bgpcs::CONDUCTOR_PACKAGE, &conductor)?;
    let configuration = workspace::root().join("xtask/demo/authority.txt");
    stage(2, "commit", "the packaged generator reads the authority and writes a pillar file per node");
    println!("  {}", configuration.display());
    let pillars = generate(&conductor, &configuration)?;

    let socket_dir = tempfile::tempdir()?;
    let socket = socket_dir.path().join("bgpd.vty");
    let routes = rib::parse(include_str!("../demo/routes.txt")).context("xtask/demo/routes.txt")?;
    rib::serve(&socket, routes).with_context(|| socket.display().to_string())?;
    stage(
        3,
        "highstate and first run",
        "each node gets its configuration, and its module queries the routing engine",
    );
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

fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path)?.len())
}

/// Unpacks the files of a package below `root`, without rpm, which this machine may not have.
fn unpack(packages: &[PathBuf], name: &str, root: &Path) -> Result<()> {
    let file_name = format!("{name}-{}-{}.el9", bgpcs::VERSION, bgpcs::RELEASE);
    let is_wanted = |path: &&PathBuf| path.to_string_lossy().contains(&file_name);
    let path = packages.iter().find(is_wanted).with_context(|| {
        format!("no package {file_name} was built; its spec in rpm-specs/ should list the tag")
    })?;
    fs::create_dir_all(root.parent().unwrap_or(root))?;
    let package = rpm::Package::open(path).and_then(|package| package.extract(root));
    package.with_context(|| format!("cannot unpack {}", path.display()))
}

/// Runs the conductor's generator and returns the pillar files.
fn generate(conductor: &Path, configuration: &Path) -> Result<Vec<PathBuf>> {
    let pillar_dir = below(conductor, paths::PILLAR_DIR);
    let log = below(conductor, paths::GENERATOR_LOG);
    fs::create_dir_all(log.parent().unwrap_or(conductor))?;
    let mut generator = Command::new(below(conductor, paths::GENERATOR));
    generator.arg("--config").arg(configuration).arg("--pillar-dir").arg(&pillar_dir).arg("--log").arg(&log);
    command::run(&mut generator)?;
    let mut pillars = Vec::new();
    for entry in fs::read_dir(&pillar_dir)? {
        pillars.push(entry?.path());
    }
    pillars.sort();
    for pillar in &pillars {
        println!("  {}", pillar.display());
    }
    if let Some(first) = pillars.first() {
        println!("\n  The first of them, without comment lines:\n");
        let text = fs::read_to_string(first)?;
        text.lines().filter(|line| !line.starts_with('#')).for_each(|line| println!("    {line}"));
    }
    Ok(pillars)
}

/// Does what the Salt states do on a node: writes the configuration in the pillar, and the link.
fn salt(pillar: &Path, node: &Path) -> Result<PillarDocument> {
    let text = fs::read_to_string(pillar)?;
    let document: PillarDocument = serde_yaml::from_str(&text)
        .with_context(|| format!("{} is not the pillar of a node", pillar.display()))?;
    let configuration = below(node, paths::MODULE_CONFIGURATION);
    let link = below(node, paths::MODULE_LINK);
    for path in [&configuration, &below(node, paths::MODULE_OUTPUT), &link] {
        fs::create_dir_all(path.parent().unwrap_or(node))?;
    }
    fs::write(&configuration, serde_json::to_string_pretty(&document.pillar.config)?)?;
    symlink(below(node, paths::MODULE), &link)?;
    Ok(document)
}

/// Runs the module once, through the link, as SSR does every `duration` seconds.
fn run_module(node: &Path, socket: &Path) -> Result<PathBuf> {
    let output = below(node, paths::MODULE_OUTPUT);
    let mut module = Command::new(below(node, paths::MODULE_LINK));
    module.arg("--config").arg(below(node, paths::MODULE_CONFIGURATION)).arg("--output").arg(&output);
    module.arg("--state-dir").arg(below(node, paths::MODULE_STATE_DIR));
    module.args(["--source", "bgpd"]).arg("--bgpd-socket").arg(socket);
    command::run(&mut module)?;
    Ok(output)
}

/// Prints the prefixes of each configured application.
fn show_services(document: &PillarDocument, output: &Path) -> Result<()> {
    let text = fs::read_to_string(output)?;
    let json: Value = serde_json::from_str(&text).with_context(|| output.display().to_string())?;
    for application in &document.pillar.config.applications {
        let name = application.application_name.as_str();
        let prefixes = json["services"][name].as_array().map(Vec::as_slice).unwrap_or_default();
        ensure!(
            !prefixes.is_empty(),
            "{} has no prefix for application {name}, expected those of xtask/demo/routes.txt:\n{text}",
            output.display()
        );
        let prefixes: Vec<&str> = prefixes.iter().filter_map(|prefix| prefix["ip-prefix"].as_str()).collect();
        println!("      {name:18} {}", prefixes.join("  "));
    }
    Ok(())
}

/// An installed path below a scratch root.
fn below(root: &Path, installed: &str) -> PathBuf {
    root.join(installed.trim_start_matches('/'))
}
