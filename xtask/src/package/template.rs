//! Rendering Tera templates with the paths and names of the shared crate.

use std::path::Path;

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

/// Renders the template in a file; the error has the line and column.
pub fn render_file(path: &Path, variables: &Context) -> Result<String> {
    let text = fs::read_to_string(path)?;
    // Nothing here is HTML, so nothing is escaped.
    Tera::one_off(&text, variables, false).with_context(|| format!("cannot render {}", path.display()))
}
