//! Texts of a configuration, each held once and in few bytes.

use string_interner::StringInterner;
use string_interner::backend::BufferBackend;
use string_interner::symbol::SymbolU32;

/// A text of the configuration, by its place in [`Names`].
pub type Name = SymbolU32;

/// All texts that are held of a configuration.
///
/// An authority has hundreds of thousands of them, and the same few node and profile names again and again: here a
/// text costs its bytes and a handful more.
#[derive(Debug)]
pub struct Names(StringInterner<BufferBackend<Name>>);

impl Default for Names {
    fn default() -> Self {
        Self(StringInterner::new())
    }
}

impl Names {
    /// The name that stands for `text` from now on.
    pub fn add(&mut self, text: &str) -> Name {
        self.0.get_or_intern(text)
    }

    /// The name that stands for `text`, if it was added.
    pub fn get(&self, text: &str) -> Option<Name> {
        self.0.get(text)
    }

    /// The text of a name that was added here.
    pub fn text(&self, name: Name) -> &str {
        self.0.resolve(name).unwrap_or_default()
    }
}
