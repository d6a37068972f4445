//! The asset id of a node: its Salt minion id, from which its pillar file has its name.

use std::fmt;
use std::str::FromStr;

use crate::quoted::Quoted;
use crate::serde_as_text::serde_as_text;

/// An asset id that is safe as a file name.
///
/// The vendor's model accepts nearly any text as an asset id. Here it becomes a path, so a text is refused if it could
/// leave the pillar directory, be a hidden file in it, or be too long for a file name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssetId(String);

impl AssetId {
    /// The longest asset id in bytes: a file name has at most 255, and some of these are for `.sls` and for the name of
    /// the temporary file.
    pub const MAX_LENGTH: usize = 220;

    /// The suffix of every pillar file.
    pub const FILE_SUFFIX: &str = ".sls";

    /// The asset id as it was configured.
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

/// A text that cannot be the name of a pillar file.
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
