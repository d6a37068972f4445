//! Rendering Tera templates with the paths and names of the shared crate.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fs_err as fs;
use tera::{Context, Tera};

/// The variables of every template: the version, the names and every installed path.
pub fn variables() -> Context {
    let mut context = Context::new();
    for (name, value) in bgpcs::paths::template_variables() {
        context.insert(name, value);
    }
    context
}

/// Renders the template in a file, which may include the templates beside it; the error has the line and column.
pub fn render_file(path: &Path, variables: &Context) -> Result<String> {
    let rendered = || {
        let mut tera = Tera::default();
        // Nothing here is HTML, so nothing is escaped.
        tera.autoescape_on([""; 0]);
        for template in included(path)?.iter().map(PathBuf::as_path).chain([path]) {
            tera.add_raw_template(&name(template), &fs::read_to_string(template)?)?;
        }
        anyhow::Ok(tera.render(&name(path), variables)?)
    };
    rendered().with_context(|| format!("cannot render {}", path.display()))
}

/// The templates that a template may include: those of its directory that are no file of a package themselves, as their
/// names have nothing before `.tera` to be called there.
fn included(path: &Path) -> Result<Vec<PathBuf>> {
    let mut included = Vec::new();
    for entry in fs::read_dir(path.parent().unwrap_or(Path::new(".")))? {
        let sibling = entry?.path();
        let stem = sibling.file_stem().map(Path::new);
        let is_part = sibling.extension().is_some_and(|extension| extension == "tera")
            && stem.is_some_and(|stem| stem.extension().is_none());
        if is_part && sibling != path {
            included.push(sibling);
        }
    }
    Ok(included)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
