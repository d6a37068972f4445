//! The libraries that are linked into a binary, for its bill of materials and its licences.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId, TargetKind};
use fs_err as fs;
use serde_json::{Value, json};
use task::workspace;

/// The crates of the workspace and their dependencies.
pub struct Dependencies {
    metadata: Metadata,
    /// The SHA-256 of the archive of each crate, by name and version.
    checksums: BTreeMap<(String, String), String>,
}

impl Dependencies {
    /// Reads them from cargo for one target.
    pub fn read(target: &str) -> Result<Self> {
        let mut command = MetadataCommand::new();
        command
            .manifest_path(workspace::root().join("Cargo.toml"))
            .features(CargoOpt::SomeFeatures(Vec::new()));
        command.other_options(["--locked", "--filter-platform", target].map(str::to_owned));
        let metadata = command.exec().context("cargo metadata")?;
        let lock = fs::read_to_string(workspace::root().join("Cargo.lock"))?;
        Ok(Self { metadata, checksums: checksums(&lock) })
    }

    /// The crates that are linked into a binary of the workspace, by name and version, without the workspace's own crates.
    /// Crates that only run at build time (build scripts, procedural macros, tests) are not in the binary.
    pub fn of(&self, binary: &str) -> Result<Vec<&Package>> {
        let owner = self.metadata.packages.iter().find(|package| {
            let is_it = |target: &cargo_metadata::Target| target.is_bin() && target.name == binary;
            package.targets.iter().any(is_it)
        });
        let owner = owner.with_context(|| {
            format!("no crate of the workspace has a binary {binary}; use the name of one in rpm-specs/")
        })?;
        let mut seen = BTreeSet::new();
        let mut open = vec![&owner.id];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(self.linked(id));
            }
        }
        let mut packages: Vec<&Package> = seen.into_iter().map(|id| &self.metadata[id]).collect();
        packages.retain(|package| package.source.is_some());
        packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Ok(packages)
    }

    fn linked(&self, id: &PackageId) -> impl Iterator<Item = &PackageId> {
        let nodes = self.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let node = nodes.filter(move |node| node.id == *id);
        let normal = node
            .flat_map(|node| &node.deps)
            .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
        normal.map(|dependency| &dependency.pkg).filter(|id| {
            let is_macro = |target: &cargo_metadata::Target| target.kind.contains(&TargetKind::ProcMacro);
            !self.metadata[*id].targets.iter().any(is_macro)
        })
    }
}

impl Dependencies {
    /// The bill of materials of a package in CycloneDX 1.5 (<https://cyclonedx.org/docs/1.5/json/>), with the licence of
    /// each library and the checksum of its source. It has no time and no serial number, so that every build of a commit
    /// gives the same text.
    pub fn bill_of_materials(&self, package: &str, linked: &[&Package]) -> Result<Value> {
        let components: Result<Vec<Value>> = linked.iter().map(|library| self.component(library)).collect();
        Ok(json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {
                "component": {
                    "type": "application",
                    "bom-ref": package,
                    "name": package,
                    "version": bgpcs::VERSION,
                    "licenses": [{"license": {"id": "Apache-2.0"}}],
                },
            },
            "components": components?,
        }))
    }

    fn component(&self, library: &Package) -> Result<Value> {
        let (name, version) = (library.name.to_string(), library.version.to_string());
        let licence = library.license.as_ref().with_context(|| {
            format!(
                "crate {name} names no licence; its Cargo.toml should have one, or another crate is needed"
            )
        })?;
        let checksum = self.checksums.get(&(name.clone(), version.clone()));
        let checksum = checksum.with_context(|| {
            format!(
                "Cargo.lock has no checksum of crate {name} {version}; only crates of a registry have one"
            )
        })?;
        let purl = format!("pkg:cargo/{name}@{version}");
        Ok(json!({
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "hashes": [{"alg": "SHA-256", "content": checksum}],
            // Older crates write a choice with a slash, which SPDX does not know.
            "licenses": [{"expression": licence.replace('/', " OR ")}],
            "purl": purl,
        }))
    }
}

/// The checksums in a `Cargo.lock`, by name and version. Cargo writes each key of a package on a line of its own.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let checksum = |package: &str| {
        let value = |key: &str| {
            let start = format!("{key} = \"");
            let value = package.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix('"'));
            value.map(str::to_owned)
        };
        Some(((value("name")?, value("version")?), value("checksum")?))
    };
    lock.split("[[package]]").filter_map(checksum).collect()
}

/// The licence texts that must accompany a binary, each once, with its copyright notices and its crates.
pub fn licences(dependencies: &[&Package]) -> Result<String> {
    let mut licences: BTreeMap<String, Licence> = BTreeMap::new();
    for dependency in dependencies {
        let directory = dependency.manifest_path.parent().map_or(Path::new("."), |path| path.as_std_path());
        let texts = licence_texts(directory)?;
        ensure!(
            !texts.is_empty() || dependency.license.is_some(),
            "crate {} has no licence and names none; it cannot be packaged",
            dependency.name
        );
        for text in texts {
            let (notice, grant) = text.split_at(text.find(MIT_GRANT).unwrap_or_default());
            let words: Vec<_> = grant.split_whitespace().collect();
            let licence = licences.entry(words.join(" ")).or_default();
            licence.grant = grant.to_owned();
            let name = format!("{} {}", dependency.name, dependency.version);
            licence.names_by_notice.entry(notice.trim().to_owned()).or_default().insert(name);
        }
    }
    let mut collected = String::from(
        "This program contains the libraries named here, under the licences below their names.\n",
    );
    for Licence { names_by_notice, grant } in licences.into_values() {
        collected.push_str(&format!("\n{}\n", "-".repeat(78)));
        for (notice, names) in names_by_notice {
            let names: Vec<String> = names.into_iter().collect();
            let line = if notice.is_empty() { "" } else { "\n" };
            collected.push_str(&format!("{}\n{notice}{line}\n", names.join(", ")));
        }
        collected.push_str(&format!("{grant}\n"));
    }
    Ok(collected)
}

/// A licence; crates break its text into different lines.
#[derive(Default)]
struct Licence {
    names_by_notice: BTreeMap<String, BTreeSet<String>>,
    grant: String,
}

/// The start of the MIT licence, which most crates have; the text before it is a crate's own copyright notice.
const MIT_GRANT: &str = "Permission is hereby granted, free of charge";

/// The licence texts of a crate. If the MIT licence is one of a choice, only this shorter text is taken.
fn licence_texts(directory: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_file() && LICENCE_NAMES.iter().any(|start| upper_case_name(&path).starts_with(start)) {
            paths.push(path);
        }
    }
    if paths.iter().any(|path| upper_case_name(path).contains("MIT")) {
        paths.retain(|path| !upper_case_name(path).contains("APACHE"));
    }
    paths.sort();
    let texts =
        paths.iter().map(|path| Ok(fs::read_to_string(path)?.replace("\r\n", "\n").trim().to_owned()));
    texts.collect()
}

/// The starts of names of licence files.
const LICENCE_NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

fn upper_case_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_uppercase()
}
