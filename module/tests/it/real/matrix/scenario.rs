//! A scenario, and on what it is played.

use std::thread;

use bgpcs_testing::releases::{self, Release};
use serde_json::{Value, json};

use super::engine::Source;
use super::stage::Stage;

/// How modules and engines are configured.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    /// The applications, with their communities, blanks between.
    pub applications: &'static [(&'static str, &'static str)],
    /// Those of them that name VRFs, with the names, blanks between.
    pub vrfs: &'static [(&'static str, &'static str)],
    /// `stale-path-time`, if it is not the default.
    pub stale_path_time: Option<u32>,
    /// `any` unless it is set.
    pub path_selection: &'static str,
    /// Whether the router is a pair of nodes; the source is `auto` then.
    pub high_availability: bool,
    /// Where the engine is bgpd.
    pub bgpd: BgpdConfiguration,
}

/// bgpd's configuration.
#[derive(Debug, Clone)]
pub enum BgpdConfiguration {
    /// Both neighbors, and these lines at its end, within the address family IPv6 unicast.
    And(&'static str),
    /// These lines.
    Only(&'static str),
}

impl Default for BgpdConfiguration {
    fn default() -> Self {
        Self::And("")
    }
}

impl Scenario {
    /// Plays it on every release of these sources, at the same time.
    ///
    /// # Panics
    /// When it fails on any of them, with what each of them said.
    pub fn play(&self, sources: &[Source], script: impl Fn(&mut Stage) + Sync) {
        self.play_where(sources, |_, _| true, script);
    }

    /// The same on those releases that have what it is about, by the first number of the release.
    pub fn play_where(
        &self,
        sources: &[Source],
        has_it: impl Fn(Source, u32) -> bool,
        script: impl Fn(&mut Stage) + Sync,
    ) {
        let stages: Vec<(Source, Option<Release>)> = sources
            .iter()
            .flat_map(|source| match source.engine() {
                Some(engine) => {
                    let releases = releases::of(engine).into_iter();
                    let those = releases.filter(|release| has_it(*source, release.major()));
                    those.map(|release| (*source, Some(release))).collect()
                }
                None => vec![(*source, None)],
            })
            .collect();
        let all = stages.len();
        let failures: Vec<String> = thread::scope(|scope| {
            let play = |(source, release): (Source, Option<Release>)| {
                let name = release.as_ref().map_or(format!("{source:?}"), |at| format!("{source:?} on {at}"));
                let script = &script;
                let work = move || script(&mut Stage::new(self, source, release.as_ref()));
                (name.clone(), thread::Builder::new().name(name).spawn_scoped(scope, work).unwrap())
            };
            let playing: Vec<_> = stages.into_iter().map(play).collect();
            let failed = |(name, thread): (String, thread::ScopedJoinHandle<'_, ()>)| {
                let panic = thread.join().err()?;
                let text = panic.downcast_ref::<String>().cloned();
                Some(format!("{name}: {}", text.unwrap_or_else(|| "it panicked".to_owned())))
            };
            playing.into_iter().filter_map(failed).collect()
        });
        let failed = failures.len();
        assert!(failures.is_empty(), "{failed} of {all} failed\n{}", failures.join("\n"));
    }

    /// Its applications, as far as a source selects by their communities.
    pub fn applications_of(&self, source: Source) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
        let applications = self.applications.iter();
        let listed =
            applications.map(|(name, communities)| (*name, communities.split_whitespace().collect()));
        listed.filter(move |(_, communities): &(_, Vec<&str>)| {
            source != Source::Bagpipe || communities.iter().all(|community| community.starts_with("target:"))
        })
    }

    /// The module's configuration for a source.
    pub fn configuration(&self, source: Source) -> Value {
        let applications = self.applications_of(source).map(|(name, communities)| {
            let mut application = json!({"application-name": name, "bgp-community": communities});
            if let Some((_, vrfs)) = self.vrfs.iter().find(|(known, _)| *known == name) {
                application["vrf"] = json!(vrfs.split_whitespace().collect::<Vec<_>>());
            }
            application
        });
        // The service pauses after a refresh in which its source took long, at most for this interval.
        let mut configuration = json!({"applications": applications.collect::<Vec<_>>(), "duration": 10});
        if !self.path_selection.is_empty() {
            configuration["path-selection"] = json!(self.path_selection);
        }
        if let Some(stale_path_time) = self.stale_path_time {
            configuration["stale-path-time"] = json!(stale_path_time);
        }
        if self.high_availability {
            configuration["high-availability"] = json!(true);
        }
        configuration
    }
}
