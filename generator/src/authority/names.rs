//! The texts of a configuration, each kept once.

use string_interner::StringInterner;
use string_interner::backend::BufferBackend;
use string_interner::symbol::SymbolU32;

/// A text of the configuration; [`Names`] has the text.
pub type Name = SymbolU32;

/// All texts that are kept of a configuration.
///
/// A large authority has hundreds of thousands of them, and the same few node and profile names again and again. Here
/// each text is kept once, and costs only a few bytes more than its length.
#[derive(Debug)]
pub struct Names(StringInterner<BufferBackend<Name>>);

impl Default for Names {
    fn default() -> Self {
        Self(StringInterner::new())
    }
}

impl Names {
    /// The name of `text`, which is added if necessary.
    pub fn add(&mut self, text: &str) -> Name {
        self.0.get_or_intern(text)
    }

    /// The name of `text`, if it was added.
    pub fn get(&self, text: &str) -> Option<Name> {
        self.0.get(text)
    }

    /// The text of a name that was added here.
    pub fn text(&self, name: Name) -> &str {
        self.0.resolve(name).unwrap_or_default()
    }
}
