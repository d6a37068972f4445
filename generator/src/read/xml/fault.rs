//! Why XML cannot be used.

use bgpcs::Quoted;

use crate::read::schema::AUTHORITY;

/// XML that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{fault}, at byte {byte}")]
pub struct XmlError {
    /// How many bytes were read.
    pub byte: u64,
    /// Why.
    #[source]
    pub fault: XmlFault,
}

/// Why XML cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum XmlFault {
    /// It is malformed.
    #[error("{0}")]
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
