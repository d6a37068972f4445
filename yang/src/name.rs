//! The names of applications, profiles and VRFs.

use std::fmt;
use std::str::FromStr;

use crate::community::Community;
use crate::quoted::Quoted;
use crate::serde_as_text::serde_as_text;

/// The name of an application: any text of at least one character, as in the YANG module. It is the key of the
/// prefixes in the module's output file, and the `application-name` of a service has to match it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApplicationName(String);

impl ApplicationName {
    /// The name as it was configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApplicationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ApplicationName {
    type Err = ApplicationNameError;

    fn from_str(text: &str) -> Result<Self, ApplicationNameError> {
        if text.is_empty() { Err(ApplicationNameError) } else { Ok(Self(text.to_owned())) }
    }
}

serde_as_text!(ApplicationName);

impl From<Community> for ApplicationName {
    /// The name for a query of a single community that belongs to no application.
    fn from(community: Community) -> Self {
        Self(community.to_string())
    }
}

/// An application name that is empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("application-name is empty, expected at least one character")]
pub struct ApplicationNameError;

/// The name of a profile, of the vendor's type `name-id`: 1 to 63 letters, digits, `-` and `_` that start and end
/// with a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileName(String);

impl ProfileName {
    /// The name as it was configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProfileName {
    type Err = ProfileNameError;

    fn from_str(text: &str) -> Result<Self, ProfileNameError> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let outer = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        if bytes.len() <= 63
            && bytes.iter().all(|byte| inner(*byte))
            && outer(bytes.first())
            && outer(bytes.last())
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(ProfileNameError { text: text.to_owned() })
        }
    }
}

serde_as_text!(ProfileName);

/// A text that cannot be the name of a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "profile name {} is not 1 to 63 letters, digits, - and _ that start and end with a letter or digit",
    Quoted(.text)
)]
pub struct ProfileNameError {
    text: String,
}

/// The name of a VRF, as the vendor's model has it: 1 to 15 letters, digits, `-` and `_`, the first a letter or a digit.
/// `all` is no VRF: to bgpd it means every instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VrfName(String);

impl VrfName {
    /// The longest name in bytes: that of a Linux interface.
    pub const MAX_LENGTH: usize = 15;

    /// The name as it was configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VrfName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for VrfName {
    type Err = VrfNameError;

    fn from_str(text: &str) -> Result<Self, VrfNameError> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let bytes = text.as_bytes();
        if bytes.len() <= Self::MAX_LENGTH
            && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
            && bytes.iter().all(|byte| inner(*byte))
            && text != "all"
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(VrfNameError { text: text.to_owned() })
        }
    }
}

serde_as_text!(VrfName);

/// A text that cannot be the name of a VRF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "vrf {} is not 1 to {} letters, digits, - and _ that start with a letter or digit, other than the word all",
    Quoted(.text),
    VrfName::MAX_LENGTH
)]
pub struct VrfNameError {
    text: String,
}
