//! The last answers, kept so that a few changes since then need no query for all routes.

use std::fs;
use std::path::{Path, PathBuf};

use bgpcs::whole_file::WholeFileError;
use bgpcs::{Community, UnixTime};
use serde::{Deserialize, Serialize};

use crate::digest::{digest_of, digest_of_bytes};
use crate::prefix::{Family, Prefix};
use crate::source::{MatchedPath, Query, QueryItem};
use crate::state_file;

/// The version of the file's form. Release 4.1.0 did not write it.
const FORM: u32 = 1;

/// A snapshot of more prefixes is not kept, where a prefix counts once for each of its communities: an incremental update of
/// so many takes the program 20 MB.
const MOST_PREFIXES: u64 = 110_000;

/// The longest file that is read, in bytes: more than that many prefixes need.
const LONGEST: u64 = 12 << 20;

/// The prefixes of each queried community, by family.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshot {
    /// The [form](FORM) of the file.
    #[serde(default)]
    version: u32,
    /// The families in whose tables no prefix had more than one path.
    single_paths: Vec<Family>,
    #[serde(rename = "answers")]
    communities: Vec<CommunityPrefixes>,
}

/// The prefixes of a community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct CommunityPrefixes {
    family: Family,
    /// In [canonical](Community::canonical) form.
    community: Community,
    /// Sorted.
    prefixes: Vec<Prefix>,
    /// When the answer was last good, if a later query for it failed; else it is as old as the snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_good: Option<UnixTime>,
}

impl Snapshot {
    /// Adds all prefixes of a community in a family, sorted; with the time at which they were last good, if the query for
    /// them failed.
    pub fn add(
        &mut self,
        family: Family,
        community: &Community,
        prefixes: Vec<Prefix>,
        last_good: Option<UnixTime>,
    ) {
        let community = community.canonical();
        self.communities.push(CommunityPrefixes { family, community, prefixes, last_good });
    }

    /// Removes the answers to queries that failed.
    pub fn retain_fresh(&mut self) {
        self.communities.retain(|answer| answer.last_good.is_none());
    }

    /// The prefixes of a community in a family, and when they were last good if that is earlier than the snapshot; `None`
    /// when the snapshot does not have them.
    pub fn get(&self, family: Family, community: &Community) -> Option<(&[Prefix], Option<UnixTime>)> {
        let answer = self.communities.get(self.place(family, community)?)?;
        Some((&answer.prefixes, answer.last_good))
    }

    /// Notes whether no prefix in the table of a family had more than one path.
    pub fn set_single_paths(&mut self, family: Family, are_single: bool) {
        self.single_paths.retain(|known| *known != family);
        self.single_paths.extend(are_single.then_some(family));
    }

    /// Whether no prefix in the table of a family had more than one path, as far as is known.
    pub fn has_single_paths(&self, family: Family) -> bool {
        self.single_paths.contains(&family)
    }

    /// Answers a query and removes the answer, if the snapshot has all of it.
    pub fn answer(&mut self, query: &Query, each: &mut dyn FnMut(QueryItem)) -> bool {
        let knows_all = query.communities().all(|community| self.place(query.family, community).is_some());
        for (community, wanted) in query.communities().enumerate().filter(|_| knows_all) {
            let answer = self.place(query.family, wanted).map(|at| self.communities.swap_remove(at));
            // The snapshot has only paths that count.
            for prefix in answer.map(|answer| answer.prefixes).unwrap_or_default() {
                each(QueryItem::Path(MatchedPath { community, prefix, best: true }));
            }
        }
        knows_all
    }

    fn place(&self, family: Family, community: &Community) -> Option<usize> {
        let community = community.canonical();
        self.communities.iter().position(|answer| answer.family == family && answer.community == community)
    }

    /// How many prefixes of a family there are; a prefix counts once for each of its communities.
    pub fn count(&self, family: Family) -> u64 {
        let answers = self.communities.iter().filter(|answer| answer.family == family);
        answers.map(|answer| answer.prefixes.len() as u64).sum()
    }

    /// Every prefix of a family, sorted.
    pub fn prefixes(&self, family: Family) -> Vec<Prefix> {
        let mut prefixes = Vec::new();
        for answer in self.communities.iter().filter(|answer| answer.family == family) {
            prefixes.extend_from_slice(&answer.prefixes);
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes
    }

    /// Sets the communities of a prefix.
    pub fn replace(&mut self, family: Family, prefix: Prefix, carried: &[Community]) {
        for CommunityPrefixes { community, prefixes, .. } in
            self.communities.iter_mut().filter(|answer| answer.family == family)
        {
            match (prefixes.binary_search(&prefix), carried.contains(community)) {
                (Ok(at), false) => drop(prefixes.remove(at)),
                (Err(at), true) => prefixes.insert(at, prefix),
                (Ok(_), true) | (Err(_), false) => {}
            }
        }
    }

    /// Removes a family.
    pub fn remove(&mut self, family: Family) {
        self.communities.retain(|answer| answer.family != family);
        self.set_single_paths(family, false);
    }

    /// Reads the snapshot in `directory`, if the file has that [digest](crate::digest).
    pub fn load(directory: &Path, digest: u64) -> Option<Self> {
        let bytes = state_file::read(&file(directory), LONGEST);
        let bytes = bytes.filter(|bytes| digest_of_bytes(bytes) == digest)?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Writes the snapshot to `directory`, unless it is empty or too large; returns the [digest](crate::digest) of the file
    /// that is there then.
    ///
    /// # Errors
    /// When the directory cannot be written to.
    pub fn save(&self, directory: &Path) -> Result<Option<u64>, WholeFileError> {
        let path = file(directory);
        let count: u64 = Family::ALL.into_iter().map(|family| self.count(family)).sum();
        if self.communities.is_empty() || count > MOST_PREFIXES {
            // If it cannot be removed, nobody loads it, since no state has its digest.
            fs::remove_file(&path).ok();
            return Ok(None);
        }
        let bytes = serde_json::to_vec(&Self { version: FORM, ..self.clone() }).unwrap_or_default();
        let digest = digest_of_bytes(&bytes);
        let has_length = fs::metadata(&path).is_ok_and(|file| file.len() == bytes.len() as u64);
        if !has_length || digest_of(&path) != Some(digest) {
            state_file::write(&path, &bytes)?;
        }
        Ok(Some(digest))
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("routes.json")
}
