//! What all readers have in common: the events that they pass on, and whether the end was seen.

use super::schema::SchemaNode;

/// Receives what a reader finds, in the document's order.
///
/// An entry of a list can come in several parts, and its key can come after its other leaves.
pub trait Sink {
    /// A container or an entry of a list begins.
    fn enter(&mut self, node: &'static SchemaNode);
    /// A leaf, or one value of a leaf-list, of the innermost container or entry.
    fn leaf(&mut self, node: &'static SchemaNode, text: &str);
    /// The innermost container or entry ends.
    fn leave(&mut self, node: &'static SchemaNode);
    /// A child of a profile or of one of its applications that the schema does not know: `parent` has it by this name.
    fn unknown(&mut self, parent: &'static SchemaNode, name: &str);
}

/// Whether it is certain that a configuration was whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The end was in the text: the closing tag, brace or `exit`.
    Seen,
    /// The form has no end mark: flat PCLI text that was cut between two lines looks like a shorter configuration.
    Unmarked,
}
