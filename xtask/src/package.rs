//! From a spec to an RPM.

use std::path::Path;

use rpm::{BuildConfig, CompressionType, FileOptions, PackageBuilder};
use tera::Context;

use crate::changelog::Release;
use crate::contents::{self, ContentsError};
use crate::dependencies::Dependencies;
use crate::spec::{Mark, PackageSpec, Scriptlets};

/// The one architecture that SSR runs on.
pub const ARCHITECTURE: &str = "x86_64";

/// Who makes the packages.
const VENDOR: &str = "BGP Community Services";

/// What a package needs besides its spec.
pub struct Ingredients<'a> {
    /// What templates know.
    pub variables: &'a Context,
    /// The workspace, where templates and files are.
    pub sources: &'a Path,
    /// Where the built binaries are.
    pub binaries: &'a Path,
    /// What is linked into the binaries.
    pub dependencies: &'a Dependencies,
    /// The releases, newest first.
    pub changelog: &'a [Release],
    /// The time in the package, in seconds since 1970.
    pub source_date: u32,
}

/// Builds the package of a spec for one distribution tag.
///
/// EL7's rpm is 4.11: package format 4 and a gzip payload are what it and every later one read.
pub fn build(spec: &PackageSpec, tag: &str, ingredients: &Ingredients) -> Result<rpm::Package, PackageError> {
    let config = BuildConfig::v4().compression(CompressionType::Gzip).source_date(ingredients.source_date);
    let mut builder =
        PackageBuilder::new(&spec.name, bgpcs::VERSION, &spec.license, ARCHITECTURE, &spec.summary);
    builder
        .using_config(config)
        .release(release(tag))
        .description(spec.description.trim_end())
        .group(&spec.group)
        .url(&spec.url)
        .vendor(VENDOR)
        .packager(VENDOR)
        .build_host("localhost");
    add_files(&mut builder, spec, ingredients)?;
    add_changelog(&mut builder, ingredients.changelog)?;
    add_scriptlets(&mut builder, &spec.scriptlets);
    builder.build().map_err(|source| PackageError::Rpm { package: spec.name.clone(), source })
}

fn add_files(
    builder: &mut PackageBuilder,
    spec: &PackageSpec,
    ingredients: &Ingredients,
) -> Result<(), PackageError> {
    let fail = |source| PackageError::Rpm { package: spec.name.clone(), source };
    for file in &spec.files {
        let mut options = FileOptions::new(&file.path).permissions(file.mode);
        options = match file.mark {
            None => options,
            Some(Mark::Doc) => options.doc(),
            Some(Mark::License) => options.license(),
            Some(Mark::Config) => options.config().noreplace(),
        };
        builder.with_file_contents(contents::of(&file.from, ingredients)?, options).map_err(fail)?;
    }
    for directory in &spec.directories {
        builder
            .with_dir_entry(FileOptions::dir(&directory.path).permissions(directory.mode))
            .map_err(fail)?;
    }
    for link in &spec.links {
        builder.with_symlink(FileOptions::symlink(&link.path, &link.target)).map_err(fail)?;
    }
    for ghost in &spec.ghosts {
        builder.with_ghost(FileOptions::ghost(&ghost.path).permissions(ghost.mode)).map_err(fail)?;
    }
    Ok(())
}

/// Adds the releases as rpm's changelog: who and which version in the name, a change per line.
fn add_changelog(builder: &mut PackageBuilder, releases: &[Release]) -> Result<(), PackageError> {
    for release in releases {
        let time =
            release.timestamp().ok_or_else(|| PackageError::Date { version: release.version.clone() })?;
        let changes = release.sections.iter().flat_map(|section| &section.changes);
        let lines: Vec<String> = changes.map(|change| format!("- {change}")).collect();
        builder.add_changelog_entry(
            format!("{VENDOR} - {}-{}", release.version, bgpcs::RELEASE),
            lines.join("\n"),
            time,
        );
    }
    Ok(())
}

fn add_scriptlets(builder: &mut PackageBuilder, scriptlets: &Scriptlets) {
    if let Some(text) = &scriptlets.post {
        builder.post_install_script(text.as_str());
    }
    if let Some(text) = &scriptlets.preun {
        builder.pre_uninstall_script(text.as_str());
    }
    if let Some(text) = &scriptlets.postun {
        builder.post_uninstall_script(text.as_str());
    }
    if let Some(text) = &scriptlets.posttrans {
        builder.post_trans_script(text.as_str());
    }
}

/// The name of the file of a package, as rpm and dnf expect it: `NAME-VERSION-RELEASE.ARCHITECTURE.rpm`.
pub fn file_name(spec: &PackageSpec, tag: &str) -> String {
    format!("{}-{}-{}.{ARCHITECTURE}.rpm", spec.name, bgpcs::VERSION, release(tag))
}

fn release(tag: &str) -> String {
    format!("{}.{tag}", bgpcs::RELEASE)
}

/// A package that could not be built.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file's content could not be had.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// The spec asks for what an RPM cannot be.
    #[error("cannot build package {package}: {source}")]
    Rpm {
        /// Its name.
        package: String,
        /// Why.
        source: rpm::Error,
    },
    /// A release of the notes is before 1970 or after 2106, the times that rpm knows.
    #[error("CHANGELOG.md: the date of release {version} does not fit into an RPM")]
    Date {
        /// Of the release.
        version: String,
    },
}
