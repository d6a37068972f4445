//! What of other people's work is in a binary: for its bill of materials and for the licences that go with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId, TargetKind};
use serde_json::{Value, json};

use crate::workspace;

/// The crates of the workspace and what they are built of.
pub struct Dependencies {
    metadata: Metadata,
}

impl Dependencies {
    /// Asks cargo, for the target that is packaged.
    pub fn read(target: &str) -> Result<Self, DependenciesError> {
        let mut command = MetadataCommand::new();
        command
            .manifest_path(workspace::root().join("Cargo.toml"))
            .features(CargoOpt::SomeFeatures(Vec::new()));
        command.other_options(["--locked", "--filter-platform", target].map(str::to_owned));
        Ok(Self { metadata: command.exec().map_err(DependenciesError::Metadata)? })
    }

    /// What is linked into the binary of a crate of the workspace, without the workspace's own crates, by name and
    /// version. What only runs while compiling (build scripts, procedural macros, tests) is not in the binary.
    pub fn of(&self, binary: &str) -> Result<Vec<&Package>, DependenciesError> {
        let owner = self.metadata.packages.iter().find(|package| {
            let is_it = |target: &cargo_metadata::Target| target.is_bin() && target.name == binary;
            package.targets.iter().any(is_it)
        });
        let owner = owner.ok_or_else(|| DependenciesError::NoBinary { name: binary.to_owned() })?;
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

/// A bill of materials of a package in CycloneDX 1.5 (<https://cyclonedx.org/docs/1.5/json/>), as JSON. It has no time
/// and no serial number, so that one commit gives one text.
pub fn bill_of_materials(package: &str, dependencies: &[&Package]) -> Value {
    let component = |dependency: &&Package| {
        let purl = format!("pkg:cargo/{}@{}", dependency.name, dependency.version);
        let mut component = json!({
            "type": "library",
            "bom-ref": purl,
            "name": dependency.name,
            "version": dependency.version,
            "purl": purl,
        });
        if let Some(licence) = &dependency.license {
            component["licenses"] = json!([{"expression": licence.replace('/', " OR ")}]);
        }
        component
    };
    json!({
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
        "components": dependencies.iter().map(component).collect::<Vec<_>>(),
    })
}

/// The licences that ask to go with a binary, each once, with the notices of those who give it and the crates it is for.
pub fn licences(dependencies: &[&Package]) -> Result<String, DependenciesError> {
    let mut licences: BTreeMap<String, Licence> = BTreeMap::new();
    for dependency in dependencies {
        let directory = dependency.manifest_path.parent().map_or(Path::new("."), |path| path.as_std_path());
        let texts = licence_texts(directory)?;
        if texts.is_empty() && dependency.license.is_none() {
            return Err(DependenciesError::NoLicence { name: dependency.name.to_string() });
        }
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

/// A licence, whose text some break into other lines than others.
#[derive(Default)]
struct Licence {
    names_by_notice: BTreeMap<String, BTreeSet<String>>,
    grant: String,
}

/// How the licence begins under which most crates are; what stands before it is their own notice.
const MIT_GRANT: &str = "Permission is hereby granted, free of charge";

/// The licences that a crate brings along. Where it can be had under the MIT licence too, that shorter text is the one
/// we take it under.
fn licence_texts(directory: &Path) -> Result<Vec<String>, DependenciesError> {
    let fail = |source| DependenciesError::Read { path: directory.display().to_string(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
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
    texts.collect::<Result<_, _>>().map_err(fail)
}

/// How the names of files start that hold a licence.
const LICENCE_NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

fn upper_case_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_uppercase()
}

/// Dependencies that could not be told.
#[derive(Debug, thiserror::Error)]
pub enum DependenciesError {
    /// cargo did not tell.
    #[error("cargo metadata: {0}")]
    Metadata(cargo_metadata::Error),
    /// No crate of the workspace has such a binary.
    #[error(
        "no crate of the workspace has a binary {name}; the spec in rpm-specs/ should name one that is there"
    )]
    NoBinary {
        /// Its name.
        name: String,
    },
    /// A crate says nothing of its licence.
    #[error("crate {name} names no licence and holds none; it cannot be packaged")]
    NoLicence {
        /// Its name.
        name: String,
    },
    /// A crate's sources could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The directory.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}
