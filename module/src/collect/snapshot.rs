//! The last answers, kept so that a few changes since then need no query for all routes.

use std::fs;
use std::path::{Path, PathBuf};

use bgpcs::whole_file::WholeFileError;
use bgpcs::{Community, UnixTime};
use serde::{Deserialize, Serialize, Serializer};

use crate::instance::{Instance, Table};
use crate::prefix::{Family, Prefix};
use crate::same_content;
use crate::source::{MatchedPath, Query, QueryItem};
use crate::state_file;
use bgpcs::digest::digest_of_bytes;

/// The version of the file's form. Release 4.1.0 did not write it.
const FORM: u32 = 1;

/// A snapshot of more prefixes is not kept, where a prefix counts once for each of its communities: an incremental update of
/// so many takes the program 20 MB.
const MOST_PREFIXES: u64 = 110_000;

/// The longest file that is read, in bytes: more than that many prefixes need.
const LONGEST: u64 = 12 << 20;

/// The prefixes of each queried community, by table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshot {
    /// The [form](FORM) of the file: of the one that was read, and always the present one of a file that is written.
    #[serde(default, serialize_with = "present_form")]
    version: u32,
    /// The families in whose tables no prefix had more than one path, of the default instance.
    single_paths: Vec<Family>,
    /// The tables of other instances in which no prefix had more than one path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    single_paths_in_vrfs: Vec<Table>,
    #[serde(rename = "answers")]
    communities: Vec<CommunityPrefixes>,
}

/// The prefixes of a community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct CommunityPrefixes {
    family: Family,
    #[serde(default, rename = "vrf", skip_serializing_if = "Instance::is_default")]
    instance: Instance,
    /// In [canonical](Community::canonical) form.
    community: Community,
    /// Sorted.
    prefixes: Vec<Prefix>,
    /// When the answer was last good, if a later query for it failed; else it is as old as the snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_good: Option<UnixTime>,
}

impl CommunityPrefixes {
    fn is_of(&self, table: &Table) -> bool {
        self.family == table.family && self.instance == table.instance
    }
}

impl Snapshot {
    /// Adds all prefixes of a community in a table, sorted; with the time at which they were last good, if the query for
    /// them failed.
    pub fn add(
        &mut self,
        table: &Table,
        community: &Community,
        prefixes: Vec<Prefix>,
        last_good: Option<UnixTime>,
    ) {
        let community = community.canonical();
        let Table { instance, family } = table.clone();
        self.communities.push(CommunityPrefixes { family, instance, community, prefixes, last_good });
    }

    /// Adds all of another snapshot, of other instances.
    pub fn absorb(&mut self, other: Self) {
        self.single_paths.extend(other.single_paths);
        self.single_paths_in_vrfs.extend(other.single_paths_in_vrfs);
        self.communities.extend(other.communities);
    }

    /// Removes the answers to queries that failed.
    pub fn retain_fresh(&mut self) {
        self.communities.retain(|answer| answer.last_good.is_none());
    }

    /// The prefixes of a community in a table, and when they were last good if that is earlier than the snapshot; `None`
    /// when the snapshot does not have them.
    pub fn get(&self, table: &Table, community: &Community) -> Option<(&[Prefix], Option<UnixTime>)> {
        let answer = self.communities.get(self.place(table, community)?)?;
        Some((&answer.prefixes, answer.last_good))
    }

    /// Notes whether no prefix in a table had more than one path.
    pub fn set_single_paths(&mut self, table: &Table, are_single: bool) {
        match table {
            Table { instance: Instance::Default, family } => {
                self.single_paths.retain(|known| known != family);
                self.single_paths.extend(are_single.then_some(family));
            }
            Table { instance: Instance::Vrf(_), .. } => {
                self.single_paths_in_vrfs.retain(|known| known != table);
                self.single_paths_in_vrfs.extend(are_single.then(|| table.clone()));
            }
        }
    }

    /// Whether no prefix in a table had more than one path, as far as is known.
    pub fn has_single_paths(&self, table: &Table) -> bool {
        match table {
            Table { instance: Instance::Default, family } => self.single_paths.contains(family),
            Table { instance: Instance::Vrf(_), .. } => self.single_paths_in_vrfs.contains(table),
        }
    }

    /// Answers a query and removes the answer, if the snapshot has all of it.
    pub fn answer(&mut self, query: &Query, each: &mut dyn FnMut(QueryItem)) -> bool {
        let knows_all = query.communities().all(|community| self.place(&query.table, community).is_some());
        for (community, wanted) in query.communities().enumerate().filter(|_| knows_all) {
            let answer = self.place(&query.table, wanted).map(|at| self.communities.swap_remove(at));
            // The snapshot has only paths that count.
            for prefix in answer.map(|answer| answer.prefixes).unwrap_or_default() {
                each(QueryItem::Path(MatchedPath { community, prefix, best: true }));
            }
        }
        knows_all
    }

    fn place(&self, table: &Table, community: &Community) -> Option<usize> {
        let community = community.canonical();
        self.communities.iter().position(|answer| answer.is_of(table) && answer.community == community)
    }

    /// How many prefixes a table has; a prefix counts once for each of its communities.
    pub fn count(&self, table: &Table) -> u64 {
        let answers = self.communities.iter().filter(|answer| answer.is_of(table));
        answers.map(|answer| answer.prefixes.len() as u64).sum()
    }

    /// Every prefix of a table, sorted.
    pub fn prefixes(&self, table: &Table) -> Vec<Prefix> {
        let mut prefixes = Vec::new();
        for answer in self.communities.iter().filter(|answer| answer.is_of(table)) {
            prefixes.extend_from_slice(&answer.prefixes);
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes
    }

    /// Sets the communities of a prefix.
    pub fn replace(&mut self, table: &Table, prefix: Prefix, carried: &[Community]) {
        for CommunityPrefixes { community, prefixes, .. } in
            self.communities.iter_mut().filter(|answer| answer.is_of(table))
        {
            match (prefixes.binary_search(&prefix), carried.contains(community)) {
                (Ok(at), false) => drop(prefixes.remove(at)),
                (Err(at), true) => prefixes.insert(at, prefix),
                (Ok(_), true) | (Err(_), false) => {}
            }
        }
    }

    /// Removes a table.
    pub fn remove(&mut self, table: &Table) {
        self.communities.retain(|answer| !answer.is_of(table));
        self.set_single_paths(table, false);
    }

    /// Reads the snapshot in `directory`, if the file has that [digest](bgpcs::digest).
    pub fn load(directory: &Path, digest: u64) -> Option<Self> {
        let bytes = state_file::read(&file(directory), LONGEST);
        let bytes = bytes.filter(|bytes| digest_of_bytes(bytes) == digest)?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Writes the snapshot to `directory`, unless it is empty or too large; returns the [digest](bgpcs::digest) of the file
    /// that is there then.
    ///
    /// # Errors
    /// When the directory cannot be written to.
    pub fn save(&self, directory: &Path) -> Result<Option<u64>, WholeFileError> {
        let path = file(directory);
        let count: u64 = self.communities.iter().map(|answer| answer.prefixes.len() as u64).sum();
        if self.communities.is_empty() || count > MOST_PREFIXES {
            // If it cannot be removed, nobody loads it, since no state has its digest.
            fs::remove_file(&path).ok();
            return Ok(None);
        }
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let digest = digest_of_bytes(&bytes);
        if !same_content::has(&path, |file| file.write_all(&bytes)) {
            state_file::write(&path, &bytes)?;
        }
        Ok(Some(digest))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes every field by reference")]
fn present_form<S: Serializer>(_: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(FORM)
}

fn file(directory: &Path) -> PathBuf {
    directory.join("routes.json")
}
