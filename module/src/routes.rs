//! What the last answers were, so that a few changes since then need no look at every route.

use std::fs;
use std::path::{Path, PathBuf};

use bgpcs::Community;
use bgpcs::whole_file::{Staged, WholeFileError};
use serde::{Deserialize, Serialize};

use crate::digest::{digest_of, digest_of_bytes};
use crate::prefix::{Family, Prefix};
use crate::source::{self, Question, Told, on_the_wire};

/// More prefixes are not remembered, each counted once for each of its communities: to follow the changes of so many takes
/// the module's program 20 MB.
const MOST: u64 = 110_000;

/// The prefixes of each community that was asked for, by family.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Routes {
    /// The families in whose tables no prefix had more than one path.
    single_paths: Vec<Family>,
    answers: Vec<Answer>,
}

/// The prefixes of a community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    family: Family,
    /// By its value [`on_the_wire`].
    community: Community,
    /// Sorted.
    prefixes: Vec<Prefix>,
}

impl Routes {
    /// Remembers all prefixes of a community in a family, sorted.
    pub fn add(&mut self, family: Family, community: &Community, prefixes: Vec<Prefix>) {
        self.answers.push(Answer { family, community: on_the_wire(community), prefixes });
    }

    /// Remembers whether no prefix in the table of a family had more than one path.
    pub fn set_single_paths(&mut self, family: Family, are_single: bool) {
        self.single_paths.retain(|known| *known != family);
        self.single_paths.extend(are_single.then_some(family));
    }

    /// Whether no prefix in the table of a family had more than one path, as far as is known.
    pub fn has_single_paths(&self, family: Family) -> bool {
        self.single_paths.contains(&family)
    }

    /// Answers a question, if all of it is remembered, and forgets the answer.
    pub fn answer(&mut self, question: &Question, each: &mut dyn FnMut(Told)) -> bool {
        let knows_all =
            question.communities().all(|community| self.place(question.family, community).is_some());
        for (community, wanted) in question.communities().enumerate().filter(|_| knows_all) {
            let answer = self.place(question.family, wanted).map(|at| self.answers.swap_remove(at));
            // What is remembered are the paths that count.
            for prefix in answer.map(|answer| answer.prefixes).unwrap_or_default() {
                each(Told::Path(source::Path { community, prefix, best: true }));
            }
        }
        knows_all
    }

    fn place(&self, family: Family, community: &Community) -> Option<usize> {
        let community = on_the_wire(community);
        self.answers.iter().position(|answer| answer.family == family && answer.community == community)
    }

    /// How many prefixes of a family there are, those of several communities counted with each.
    pub fn count(&self, family: Family) -> u64 {
        let answers = self.answers.iter().filter(|answer| answer.family == family);
        answers.map(|answer| answer.prefixes.len() as u64).sum()
    }

    /// Every prefix of a family, sorted.
    pub fn prefixes(&self, family: Family) -> Vec<Prefix> {
        let mut prefixes = Vec::new();
        for answer in self.answers.iter().filter(|answer| answer.family == family) {
            prefixes.extend_from_slice(&answer.prefixes);
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes
    }

    /// Gives a prefix these communities and no others.
    pub fn replace(&mut self, family: Family, prefix: Prefix, carried: &[Community]) {
        for Answer { community, prefixes, .. } in
            self.answers.iter_mut().filter(|answer| answer.family == family)
        {
            match (prefixes.binary_search(&prefix), carried.contains(community)) {
                (Ok(at), false) => drop(prefixes.remove(at)),
                (Err(at), true) => prefixes.insert(at, prefix),
                (Ok(_), true) | (Err(_), false) => {}
            }
        }
    }

    /// Forgets a family.
    pub fn forget(&mut self, family: Family) {
        self.answers.retain(|answer| answer.family != family);
        self.set_single_paths(family, false);
    }

    /// What `directory` has, if it has that [digest](crate::digest).
    pub fn load(directory: &Path, digest: u64) -> Option<Self> {
        let bytes = fs::read(file(directory)).ok().filter(|bytes| digest_of_bytes(bytes) == digest)?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Leaves itself in `directory`, unless there is nothing to remember, or too much; returns the
    /// [digest](crate::digest) of what is there then.
    ///
    /// # Errors
    /// When the directory cannot be written to.
    pub fn save(&self, directory: &Path) -> Result<Option<u64>, WholeFileError> {
        let path = file(directory);
        let count: u64 = Family::ALL.into_iter().map(|family| self.count(family)).sum();
        if self.answers.is_empty() || count > MOST {
            // Should it stay: nobody loads it, as its digest is not remembered.
            fs::remove_file(&path).ok();
            return Ok(None);
        }
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let digest = digest_of_bytes(&bytes);
        if digest_of(&path) != Some(digest) {
            Staged::write(&path, &bytes, 0o644)?.publish()?;
        }
        Ok(Some(digest))
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("routes.json")
}
