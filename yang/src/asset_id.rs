//! The asset id of a node, which is its Salt minion id and the name of its pillar file.

use std::fmt;
use std::str::FromStr;

use crate::quoted::Quoted;
use crate::serde_as_text::serde_as_text;

/// An asset id that is safe as one plain file name.
///
/// The vendor's model lets an asset id be nearly any text; here it becomes a path, so everything that could leave
/// the pillar directory, hide in it or be longer than a file name can be is refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssetId(String);

impl AssetId {
    /// The longest asset id in bytes: a file name has at most 255, of which `.sls` and the name of the temporary
    /// file that becomes it take some.
    pub const MAX_LENGTH: usize = 220;

    /// The end of the name of every pillar file.
    pub const FILE_SUFFIX: &str = ".sls";

    /// The id as it was configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of this node's pillar file.
    pub fn file_name(&self) -> String {
        self.0.clone() + Self::FILE_SUFFIX
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AssetId {
    type Err = AssetIdError;

    fn from_str(text: &str) -> Result<Self, AssetIdError> {
        let fault = if text.is_empty() {
            AssetIdFault::Empty
        } else if text.starts_with('.') {
            AssetIdFault::LeadingDot
        } else if text.contains('/') {
            AssetIdFault::Slash
        } else if text.contains(char::is_control) {
            AssetIdFault::ControlCharacter
        } else if text.len() > Self::MAX_LENGTH {
            AssetIdFault::TooLong
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(AssetIdError { text: text.to_owned(), fault })
    }
}

serde_as_text!(AssetId);

/// An asset id that cannot name a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("asset-id {} {fault}, so it cannot name a pillar file", Quoted(.text))]
pub struct AssetIdError {
    text: String,
    fault: AssetIdFault,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum AssetIdFault {
    #[error("is empty")]
    Empty,
    #[error("starts with a dot")]
    LeadingDot,
    #[error("contains a slash")]
    Slash,
    #[error("contains a control character")]
    ControlCharacter,
    #[error("is longer than {} bytes", AssetId::MAX_LENGTH)]
    TooLong,
}
