//! From a spec to an RPM.

mod contents;
pub mod dependencies;
mod manual;
mod signature;
pub mod spec;
pub mod template;
#[cfg(test)]
mod tests;

use anyhow::{Context, Result};
pub use contents::Sources;
use rpm::{BuildConfig, CompressionType, FileOptions, PackageBuilder};
use spec::{Mark, PackageSpec, Scriptlets};

use crate::release::changelog::Release;

/// The only architecture on which SSR runs.
pub const ARCHITECTURE: &str = "x86_64";

/// The vendor and packager in the packages.
const VENDOR: &str = "BGP Community Services";

/// What a package is built from besides its spec.
pub struct Ingredients<'a> {
    /// Where the contents of its files come from.
    pub sources: Sources<'a>,
    /// The releases, newest first.
    pub changelog: &'a [Release],
    /// The build time in the package, in seconds since 1970.
    pub source_date: u32,
    /// The release, without the tag of a distribution.
    pub release: &'a str,
}

/// Builds the package of a spec for one distribution tag.
///
/// EL7 has rpm 4.11; it and every later rpm read package format 4 with a gzip payload.
pub fn build(spec: &PackageSpec, tag: &str, ingredients: &Ingredients) -> Result<rpm::Package> {
    let config = BuildConfig::v4().compression(CompressionType::Gzip).source_date(ingredients.source_date);
    let mut builder =
        PackageBuilder::new(&spec.name, bgpcs::VERSION, &spec.license, ARCHITECTURE, &spec.summary);
    builder
        .using_config(config)
        .release(tagged(ingredients.release, tag))
        .description(spec.description.trim_end())
        .group(&spec.group)
        .url(&spec.url)
        .vendor(VENDOR)
        .packager(VENDOR)
        .build_host("localhost");
    add_files(&mut builder, spec, &ingredients.sources)?;
    add_changelog(&mut builder, ingredients.changelog);
    add_scriptlets(&mut builder, &spec.scriptlets);
    let mut package = builder.build()?;
    signature::complete(&mut package)?;
    Ok(package)
}

fn add_files(builder: &mut PackageBuilder, spec: &PackageSpec, sources: &Sources) -> Result<()> {
    for file in &spec.files {
        let mut options = FileOptions::new(&file.path).permissions(file.mode);
        options = match file.mark {
            None => options,
            Some(Mark::Doc) => options.doc(),
            Some(Mark::License) => options.license(),
            Some(Mark::Config) => options.config().noreplace(),
        };
        let content = contents::of(&file.from, sources).with_context(|| file.path.clone())?;
        builder.with_file_contents(content, options)?;
    }
    for directory in &spec.directories {
        builder.with_dir_entry(FileOptions::dir(&directory.path).permissions(directory.mode))?;
    }
    for link in &spec.links {
        builder.with_symlink(FileOptions::symlink(&link.path, &link.target))?;
    }
    for ghost in &spec.ghosts {
        builder.with_ghost(FileOptions::ghost(&ghost.path).permissions(ghost.mode))?;
    }
    Ok(())
}

/// Adds the releases as rpm's changelog: packager and version as the name, a change per line.
fn add_changelog(builder: &mut PackageBuilder, releases: &[Release]) {
    for release in releases {
        let changes = release.sections.iter().flat_map(|section| &section.changes);
        let lines: Vec<String> = changes.map(|change| format!("- {change}")).collect();
        builder.add_changelog_entry(
            format!("{VENDOR} - {}-{}", release.version, bgpcs::RELEASE),
            lines.join("\n"),
            release.timestamp,
        );
    }
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
pub fn file_name(spec: &PackageSpec, tag: &str, release: &str) -> String {
    format!("{}-{}-{}.{ARCHITECTURE}.rpm", spec.name, bgpcs::VERSION, tagged(release, tag))
}

fn tagged(release: &str, tag: &str) -> String {
    format!("{release}.{tag}")
}
