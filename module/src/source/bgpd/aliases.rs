//! The names that an operator gave to communities (`bgp community alias 64500:666 exchange`). bgpd prints them in the place
//! of the communities, except where it selects routes.
//!
//! A name can read as another community, or as a well-known one. Such a text then says nothing: what carries it may carry
//! either of two communities.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};

use bgpcs::Community;

use crate::source::DestinationPath;
use crate::source::bgpd::communities::canonical;

/// The command that lists the names, one a line, at next to no cost: how vtysh completes `show bgp … alias`. Releases
/// without aliases list nothing. It prints no name that was removed, though bgpd keeps printing it with the routes that
/// had it.
pub const LIST: &str = "autocomplete 1 ALIAS_NAME alias_name";

/// The longest reply to [`LIST`] that is read, in bytes.
pub const REPLY_BYTES: u64 = 1 << 20;

/// The communities as which names read, in [canonical](Community::canonical) form. Other names are not mistaken for one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aliases(BTreeSet<Community>);

impl Aliases {
    /// Reads the reply to [`LIST`].
    ///
    /// # Errors
    /// When it is not complete, or not text.
    pub fn read(reply: impl Read) -> io::Result<Self> {
        let names = io::BufReader::new(reply).lines();
        let read_as = names.map(|name| name.map(|name| canonical(name.trim())));
        let communities: BTreeSet<Option<Community>> = read_as.collect::<io::Result<_>>()?;
        Ok(Self(communities.into_iter().flatten().collect()))
    }

    /// Whether a text that reads as this community may be a name of another one.
    pub fn contains(&self, community: &Community) -> bool {
        self.0.contains(community)
    }

    /// Each of these communities.
    pub fn iter(&self) -> impl Iterator<Item = &Community> {
        self.0.iter()
    }

    /// Takes what may be a name from the communities of a path, which is unclear then.
    pub fn clear_up(&self, path: &mut DestinationPath) {
        let before = path.communities.len();
        path.communities.retain(|community| !self.contains(community));
        path.is_unclear |= path.communities.len() < before;
    }
}
