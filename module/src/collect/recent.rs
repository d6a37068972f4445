//! The prefixes that each application had recently, kept from one run to the next where an operator limits the loss.

use std::fs;
use std::path::{Path, PathBuf};

use bgpcs::whole_file::WholeFileError;
use bgpcs::{Application, ApplicationName, ModuleConfiguration};
use serde::{Deserialize, Serialize};

use crate::collect::loss::Recent;
use crate::same_content;
use crate::state_file;
use bgpcs::digest::digest_of_bytes;

/// The most prefixes that are remembered of all applications together: those that are there, that went, and that are kept.
pub const MOST_REMEMBERED: usize = 240_000;

/// The longest file that is read, in bytes: more than that many prefixes need.
const LONGEST: u64 = 13 << 20;

/// The version of the file's form.
const FORM: u32 = 1;

/// What all applications had recently.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentPrefixes {
    /// The [form](FORM) of the file.
    version: u32,
    applications: Vec<OfApplication>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct OfApplication {
    application: ApplicationName,
    /// The [digest](bgpcs::digest) of all that selects its prefixes.
    selection: u64,
    #[serde(flatten)]
    recent: Recent,
}

impl RecentPrefixes {
    /// Removes and returns what an application had recently, unless it was selected in another way than now: what a
    /// change of the configuration takes away is no loss.
    pub fn take(&mut self, configuration: &ModuleConfiguration, application: &Application) -> Option<Recent> {
        let is_meant = |known: &OfApplication| known.application == application.application_name;
        let known = self.applications.swap_remove(self.applications.iter().position(is_meant)?);
        (known.selection == selection(configuration, application)).then_some(known.recent)
    }

    /// Adds what an application had recently.
    pub fn add(&mut self, configuration: &ModuleConfiguration, application: &Application, recent: Recent) {
        let selection = selection(configuration, application);
        let application = application.application_name.clone();
        self.applications.push(OfApplication { application, selection, recent });
    }

    /// Reads the file in `directory`, if it has that [digest](bgpcs::digest).
    pub fn load(directory: &Path, digest: u64) -> Option<Self> {
        let bytes =
            state_file::read(&file(directory), LONGEST).filter(|bytes| digest_of_bytes(bytes) == digest)?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Writes the file to `directory`, or removes it if there is nothing to remember; returns the
    /// [digest](bgpcs::digest) of the file that is there then.
    ///
    /// # Errors
    /// When the directory cannot be written to.
    pub fn save(&self, directory: &Path) -> Result<Option<u64>, WholeFileError> {
        let path = file(directory);
        if self.applications.is_empty() {
            // If it cannot be removed, nobody loads it, since no state has its digest.
            fs::remove_file(&path).ok();
            return Ok(None);
        }
        let bytes = serde_json::to_vec(&Self { version: FORM, ..self.clone() }).unwrap_or_default();
        let digest = digest_of_bytes(&bytes);
        if !same_content::has(&path, |file| file.write_all(&bytes)) {
            state_file::write(&path, &bytes)?;
        }
        Ok(Some(digest))
    }
}

/// The digest of all that selects an application's prefixes.
fn selection(configuration: &ModuleConfiguration, application: &Application) -> u64 {
    let ModuleConfiguration { path_selection, shortest_ipv4_prefix, shortest_ipv6_prefix, .. } =
        configuration;
    let Application { bgp_community, vrf, within, .. } = application;
    let all = (bgp_community, vrf, within, path_selection, shortest_ipv4_prefix, shortest_ipv6_prefix);
    digest_of_bytes(&serde_json::to_vec(&all).unwrap_or_default())
}

fn file(directory: &Path) -> PathBuf {
    directory.join("recent.json")
}
