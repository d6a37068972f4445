//! Rendering Tera templates with the words of the shared crate.

use std::fs;
use std::path::{Path, PathBuf};

use tera::{Context, Tera};

/// The version, the names and every installed path, as `bgpcs::paths::template_variables` gives them.
pub fn variables() -> Context {
    let mut context = Context::new();
    for (name, value) in bgpcs::paths::template_variables() {
        context.insert(name, value);
    }
    context
}

/// Renders the template in a file.
pub fn render_file(path: &Path, variables: &Context) -> Result<String, TemplateError> {
    let text =
        fs::read_to_string(path).map_err(|source| TemplateError::Read { path: path.to_owned(), source })?;
    render(&text, variables).map_err(|source| TemplateError::Render { path: path.to_owned(), source })
}

/// Renders a text; nothing is escaped, since nothing here is HTML.
pub fn render(text: &str, variables: &Context) -> Result<String, tera::Error> {
    Tera::one_off(text, variables, false)
}

/// A template that did not become a text.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file could not be read.
    #[error("cannot read template {}: {source}", .path.display())]
    Read {
        /// The template's file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The template asks for what there is not, or is none.
    #[error("cannot render {}: {}", .path.display(), with_causes(.source))]
    Render {
        /// The template's file.
        path: PathBuf,
        /// Tera's error, which tells line and column in its causes.
        source: tera::Error,
    },
}

fn with_causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
