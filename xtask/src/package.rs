//! From a spec to an RPM.

use std::fs;
use std::path::{Path, PathBuf};

use rpm::{BuildConfig, CompressionType, FileOptions, PackageBuilder};
use tera::Context;

use crate::spec::{FileSpec, Origin, PackageSpec};
use crate::template::{self, TemplateError};

/// The one architecture that SSR runs on.
pub const ARCHITECTURE: &str = "x86_64";

/// What a package needs besides its spec.
pub struct Ingredients<'a> {
    /// What templates know.
    pub variables: &'a Context,
    /// The workspace, where templates and files are.
    pub sources: &'a Path,
    /// Where the built binaries are.
    pub binaries: &'a Path,
    /// The time in the package, in seconds since 1970.
    pub source_date: u32,
}

/// Builds the package of a spec for one distribution tag.
///
/// EL7's rpm is 4.11: package format 4 and a gzip payload are what it and every later one read.
pub fn build(spec: &PackageSpec, tag: &str, ingredients: &Ingredients) -> Result<rpm::Package, PackageError> {
    let fail = |source| PackageError::Rpm { package: spec.name.clone(), source };
    let config = BuildConfig::v4().compression(CompressionType::Gzip).source_date(ingredients.source_date);
    let mut builder =
        PackageBuilder::new(&spec.name, bgpcs::VERSION, &spec.license, ARCHITECTURE, &spec.summary);
    builder
        .using_config(config)
        .release(release(tag))
        .description(spec.description.trim_end())
        .group(&spec.group)
        .url(&spec.url)
        .vendor(&spec.vendor)
        .build_host("localhost");
    for file in &spec.files {
        let mut options = FileOptions::new(&file.path).permissions(file.mode);
        if file.doc {
            options = options.doc();
        }
        builder.with_file_contents(content(file, ingredients)?, options).map_err(fail)?;
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
    let scriptlets = &spec.scriptlets;
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
    builder.build().map_err(fail)
}

/// The name of the file of a package, as rpm and dnf expect it: `NAME-VERSION-RELEASE.ARCHITECTURE.rpm`.
pub fn file_name(spec: &PackageSpec, tag: &str) -> String {
    format!("{}-{}-{}.{ARCHITECTURE}.rpm", spec.name, bgpcs::VERSION, release(tag))
}

fn release(tag: &str) -> String {
    format!("{}.{tag}", bgpcs::RELEASE)
}

fn content(file: &FileSpec, ingredients: &Ingredients) -> Result<Vec<u8>, PackageError> {
    let path = match &file.from {
        Origin::Binary(name) => ingredients.binaries.join(name),
        Origin::File(path) => ingredients.sources.join(path),
        Origin::Template(path) => {
            let text = template::render_file(&ingredients.sources.join(path), ingredients.variables)?;
            return Ok(text.into_bytes());
        }
    };
    fs::read(&path).map_err(|source| PackageError::Source { path, source })
}

/// A package that could not be built.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file that should go into it could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    Source {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A template that should go into it does not render.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The spec asks for what an RPM cannot be.
    #[error("cannot build package {package}: {source}")]
    Rpm {
        /// Its name.
        package: String,
        /// Why.
        source: rpm::Error,
    },
}
