//! The profiles of a document alone, for whoever has to do with nothing else of an authority.

use std::io::{Cursor, Read};
use std::mem::take;

use bgpcs::{ApplicationLeaf, ProfileLeaf};

use crate::fragment::completed;
use crate::profile::{WrittenApplication, WrittenProfile};
use crate::schema::{Branch, Element, Leaf, SchemaNode};
use crate::{End, ReadError, Sink, read};

/// The longest document that is read, in bytes; a profile has some kilobytes.
const LONGEST_DOCUMENT: u64 = 64 << 20;

/// The profiles of a document.
#[derive(Debug, Default)]
pub struct WrittenProfiles {
    /// Each by its name, in the document's order.
    pub profiles: Vec<WrittenProfile<String>>,
    /// The names of leaves of a profile or an application that the schema does not know, each once.
    pub unknown: Vec<String>,
}

/// Reads the profiles of a configuration in any form: of an authority, or of a part that holds a profile only. A later part
/// of a profile adds to an earlier one.
///
/// # Errors
/// When it could not be read to its end.
pub fn read_profiles(input: impl Read) -> Result<WrittenProfiles, ReadError> {
    let mut document = Vec::new();
    input.take(LONGEST_DOCUMENT).read_to_end(&mut document).map_err(ReadError::Input)?;
    let mut gathering = ProfileGathering::default();
    match read(Cursor::new(completed(document)), &mut gathering)? {
        // A profile that was cut shows in what the operator sees of it.
        End::Seen | End::Unmarked => Ok(gathering.read),
    }
}

#[derive(Default)]
struct ProfileGathering {
    read: WrittenProfiles,
    profile: WrittenProfile<String>,
    application: WrittenApplication<String>,
}

impl Sink for ProfileGathering {
    fn enter(&mut self, node: &'static SchemaNode) {
        match node.element {
            Element::Branch(Branch::Profile) => self.profile = WrittenProfile::default(),
            Element::Branch(Branch::Application) => self.application = WrittenApplication::default(),
            Element::Branch(_) | Element::Leaf(_) => {}
        }
    }

    fn leaf(&mut self, node: &'static SchemaNode, text: &str) {
        let Element::Leaf(leaf) = node.element else { return };
        let text = node.value(text).to_owned();
        let Self { profile, application, .. } = self;
        match leaf {
            Leaf::ProfileName => profile.name = text,
            Leaf::ApplicationName => application.name = text,
            Leaf::BgpCommunity if application.communities.contains(&text) => {}
            Leaf::BgpCommunity => application.communities.push(text),
            Leaf::Application(leaf) => add(&mut application.leaves, leaf, text),
            Leaf::Profile(leaf) => set(profile, leaf, text),
            // Of the rest of the authority.
            _ => {}
        }
    }

    fn leave(&mut self, node: &'static SchemaNode) {
        match node.element {
            Element::Branch(Branch::Application) => {
                let part = take(&mut self.application);
                add_application(&mut self.profile, part);
            }
            Element::Branch(Branch::Profile) => {
                let part = take(&mut self.profile);
                match self.read.profiles.iter_mut().find(|known| known.name == part.name) {
                    Some(known) => {
                        part.applications.into_iter().for_each(|one| add_application(known, one));
                        part.settings.into_iter().for_each(|(leaf, value)| set(known, leaf, value));
                    }
                    None => self.read.profiles.push(part),
                }
            }
            Element::Branch(_) | Element::Leaf(_) => {}
        }
    }

    fn unknown(&mut self, _: &'static SchemaNode, name: &str) {
        if !self.read.unknown.iter().any(|known| known == name) {
            self.read.unknown.push(name.to_owned());
        }
    }
}

/// A later value of a leaf replaces an earlier one.
fn set(profile: &mut WrittenProfile<String>, leaf: ProfileLeaf, value: String) {
    profile.settings.retain(|(known, _)| *known != leaf);
    profile.settings.push((leaf, value));
}

/// A later part of an application adds to an earlier one.
fn add_application(profile: &mut WrittenProfile<String>, part: WrittenApplication<String>) {
    let Some(known) = profile.applications.iter_mut().find(|known| known.name == part.name) else {
        return profile.applications.push(part);
    };
    for community in part.communities {
        if !known.communities.contains(&community) {
            known.communities.push(community);
        }
    }
    for (leaf, value) in part.leaves {
        add(&mut known.leaves, leaf, value);
    }
}

/// Adds a value of an application's leaf. A later description replaces an earlier one.
fn add(leaves: &mut Vec<(ApplicationLeaf, String)>, leaf: ApplicationLeaf, value: String) {
    match leaf {
        ApplicationLeaf::Description => leaves.retain(|(known, _)| *known != leaf),
        ApplicationLeaf::Vrf | ApplicationLeaf::Within => {}
    }
    if !leaves.contains(&(leaf, value.clone())) {
        leaves.push((leaf, value));
    }
}
