//! Why XML cannot be used.

use bgpcs::{Quoted, plain};
use quick_xml::errors::IllFormedError;

use crate::schema::AUTHORITY;

/// XML that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{fault}, at line {line}")]
pub struct XmlError {
    /// The line up to which it was read, counted from 1.
    pub line: usize,
    /// Why.
    #[source]
    pub fault: XmlFault,
}

/// Why XML cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum XmlFault {
    /// It is malformed.
    #[error("{}", syntax(.0))]
    Syntax(#[from] quick_xml::Error),
    /// Its end is missing.
    #[error("its root element is not closed, so it was cut off")]
    Truncated,
    /// It has no authority.
    #[error("it has no authority of the namespace {}", AUTHORITY.namespace)]
    NoAuthority,
    /// Its root element is another one.
    #[error("its root element is {}, expected authority, config, data or rpc-reply", Quoted(.name))]
    Root {
        /// Its local name.
        name: String,
    },
    /// It has a second root element.
    #[error("a second element follows its root element, expected one")]
    AfterEnd,
    /// There is text outside its root element.
    #[error("text is outside its root element, expected none")]
    OutsideText,
    /// It says what to delete.
    #[error(
        "the element {} has the operation delete or remove, so this is a change and not a configuration",
        Quoted(.name)
    )]
    Change {
        /// The element's local name.
        name: String,
    },
    /// It is in the chunks of a NETCONF session.
    #[error("the chunks of NETCONF 1.1, which begin with #, are around it; expected the XML in them alone")]
    Chunks,
    /// It is a Jinja template.
    #[error("a Jinja template is around it, expected the configuration that is made from it")]
    Template,
    /// It has a document type.
    #[error("it has a document type, which a configuration never has and which is refused")]
    DocumentType,
    /// It uses an entity that only a document type could define.
    #[error("the entity {} is not predefined; only the five of XML and character references are", Quoted(.name))]
    Entity {
        /// The name.
        name: String,
    },
    /// It is in another encoding than NETCONF's.
    #[error("its encoding is {}, expected UTF-8", Quoted(.name))]
    Encoding {
        /// The encoding that it declares.
        name: String,
    },
}

impl From<quick_xml::events::attributes::AttrError> for XmlFault {
    fn from(error: quick_xml::events::attributes::AttrError) -> Self {
        Self::Syntax(error.into())
    }
}

/// The parser's words, with names from the document in quotes.
fn syntax(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            format!("the end tag {} closes nothing, expected that of {}", Quoted(found), Quoted(expected))
        }
        quick_xml::Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
            format!("the end tag {} closes nothing", Quoted(found))
        }
        other => plain(&other.to_string()),
    }
}
