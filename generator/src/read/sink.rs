//! What every reader gives: the events of a configuration, and how sure its end is.

use super::schema::SchemaNode;

/// Takes what a reader meets, in the document's order.
///
/// Entries of a list can come in several parts, and the key of an entry can come after its other leaves.
pub trait Sink {
    /// A container or an entry of a list begins.
    fn enter(&mut self, node: &'static SchemaNode);
    /// A leaf, or one value of a leaf-list, of the innermost container or entry.
    fn leaf(&mut self, node: &'static SchemaNode, text: &str);
    /// The innermost container or entry ends.
    fn leave(&mut self, node: &'static SchemaNode);
}

/// How sure it is that a configuration was whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its end stood in the text: the closing tag, brace or `exit`.
    Seen,
    /// The form has no end: flat PCLI text cut between two lines looks like a shorter configuration.
    Unmarked,
}
