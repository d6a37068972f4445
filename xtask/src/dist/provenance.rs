//! Where the packages come from: a statement of in-toto (<https://in-toto.io/Statement/v1>) whose predicate is SLSA's
//! provenance (<https://slsa.dev/spec/v1.0/provenance>). It names no time and no machine, so that every build of a commit
//! gives the same text.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use task::{command, workspace};

use super::binaries::TARGET;
use super::checksum::sha256;
use crate::release::source::Source;

/// The types of the statement and of its predicate.
pub const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// See [`STATEMENT`].
pub const PREDICATE: &str = "https://slsa.dev/provenance/v1";

/// How these packages are built: by `cargo xtask dist`, on the machine of whoever runs it.
const BUILD_TYPE: &str = "urn:bgp-community-services:cargo-xtask-dist:1";
const BUILDER: &str = "urn:bgp-community-services:cargo-xtask-dist";

/// The file name of the statement, of which a release has one; `.intoto.json` is in-toto's own ending.
pub fn file_name() -> String {
    format!("{}-{}.intoto.json", bgpcs::CONDUCTOR_PACKAGE, bgpcs::VERSION)
}

/// The digest of the lock file, which names every library and its checksum.
pub fn lock_digest() -> Result<String> {
    sha256(&workspace::root().join("Cargo.lock"))
}

/// The statement about files, whose checksums it has.
pub fn statement<'a>(
    files: impl Iterator<Item = &'a Path>,
    source: &Source,
    source_date: u32,
    release: &str,
) -> Result<Value> {
    let subjects: Result<Vec<Value>> = files
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Ok(json!({"name": name, "digest": {"sha256": sha256(path)?}}))
        })
        .collect();
    let mut dependencies =
        vec![json!({"name": "Cargo.lock", "digest": {"sha256": lock_digest()?}}), toolchain()?];
    if let Some(commit) = source.commit() {
        dependencies.insert(0, json!({"name": "source", "digest": {"gitCommit": commit}}));
    }
    Ok(json!({
        "_type": STATEMENT,
        "subject": subjects?,
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "version": bgpcs::VERSION,
                    "release": release,
                    "sourceDate": source_date,
                    "uncommittedChanges": source.is_changed(),
                },
                "internalParameters": {"target": TARGET, "profile": "dist"},
                "resolvedDependencies": dependencies,
            },
            "runDetails": {"builder": {"id": BUILDER, "version": {"xtask": bgpcs::VERSION}}},
        },
    }))
}

/// The compiler, by its version and the commit from which it was built.
fn toolchain() -> Result<Value> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = command::read(Command::new(rustc).current_dir(workspace::root()).arg("-vV"))?;
    let field = |name: &str| {
        let value = printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.with_context(|| format!("rustc does not say its {name}"))
    };
    let release = field("release")?;
    Ok(json!({
        "name": "rustc",
        "uri": format!("pkg:generic/rustc@{release}"),
        "digest": {"gitCommit": field("commit-hash")?},
        "annotations": {"host": field("host")?, "llvm": field("LLVM version")?},
    }))
}
