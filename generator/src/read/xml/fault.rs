//! Why XML cannot be used.

use bgpcs::Quoted;

use crate::read::schema::AUTHORITY;

/// XML that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{fault}, at byte {byte}")]
pub struct XmlError {
    /// How far reading it came.
    pub byte: u64,
    /// Why.
    #[source]
    pub fault: XmlFault,
}

/// Why XML cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum XmlFault {
    /// It is not well-formed.
    #[error("{0}")]
    Syntax(#[from] quick_xml::Error),
    /// Its end is missing.
    #[error("it ends before its root element does, so it was cut off")]
    Truncated,
    /// It is of something else.
    #[error("it has no authority of the namespace {}", AUTHORITY.namespace)]
    NoAuthority,
    /// It begins with something else.
    #[error("its root element is {}, expected authority, config, data or rpc-reply", Quoted(.name))]
    Root {
        /// Its local name.
        name: String,
    },
    /// More than one document.
    #[error("a second element follows its root element, expected one")]
    AfterEnd,
    /// Something that is not markup around it.
    #[error("text stands outside its root element, expected none")]
    OutsideText,
    /// Definitions of its own.
    #[error("it has a document type, which a configuration never has; entity definitions are refused")]
    DocumentType,
    /// A name that only a document type could define.
    #[error("the entity {} is not predefined; only the five of XML and character references are", Quoted(.name))]
    Entity {
        /// The name.
        name: String,
    },
    /// Not the encoding of NETCONF.
    #[error("it is written in {}, expected UTF-8", Quoted(.name))]
    Encoding {
        /// What it says of itself.
        name: String,
    },
}

impl From<quick_xml::events::attributes::AttrError> for XmlFault {
    fn from(error: quick_xml::events::attributes::AttrError) -> Self {
        Self::Syntax(error.into())
    }
}
