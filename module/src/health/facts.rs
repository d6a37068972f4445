//! The facts about the module on this router, gathered once for a command: from files, and from the route source.

mod application;
mod culprits;
mod ssr_files;
mod state_faults;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bgpcs::{Application, Community, ModuleConfiguration, RefreshInterval, UnixTime, paths, plain};
use bgpcs_display::time;

use crate::collect::community_count::CommunityCount;
use crate::collect::last_good::LastOutput;
use crate::collect::plan::{parts, queryable};
use crate::collect::schedule::next_run_at_the_latest;
use crate::collect::services::Services;
use crate::collect::state::{Outcome, State};
use crate::collect::summaries::Summaries;
use crate::collect::understood::{Understood, Unknown};
use crate::configuration::{self, ConfigurationError};
use crate::error_text::with_causes;
use crate::health::facts::culprits::Culprits;
use crate::health::service::Service;
use crate::health::vrfs;
use crate::instance::Instance;
use crate::publish::history::History;
use crate::publish::output::OutputFile;
use crate::settings::Settings;
use crate::source::Advice;
use crate::source::open::open;

pub use application::ApplicationFacts;

/// The facts.
#[derive(Debug)]
pub struct Facts {
    /// The present time, from which all time spans count.
    pub now: UnixTime,
    /// This router and node.
    pub target: Target,
    /// The module's executable.
    pub executable: PathBuf,
    /// Whether the executable exists.
    pub is_installed: bool,
    /// The link that makes SSR run the module.
    pub link: PathBuf,
    /// What the link points to.
    pub linked: io::Result<PathBuf>,
    /// Whether what the link points to exists.
    pub is_linked: bool,
    /// The link that registers the module as a service, in `update-mode watch`.
    pub registration: PathBuf,
    /// The content of the registration, if there is one.
    pub registered: Option<String>,
    /// The router's `application-identification mode`; `None` if the running configuration cannot be read here.
    pub modes: Option<Vec<String>>,
    /// The module's configuration file.
    pub configuration_file: PathBuf,
    /// The module's configuration, as far as it is understood, or why it cannot be used.
    pub configuration: Result<ModuleConfiguration, ConfigurationError>,
    /// What is not understood of it.
    pub unknown: Unknown,
    /// When Salt wrote the configuration.
    pub configured: Option<UnixTime>,
    /// The output file, which SSR reads.
    pub output_file: PathBuf,
    /// When the output file was written.
    pub written: Option<UnixTime>,
    /// The prefixes in the output file.
    pub services: Services,
    /// The last run.
    pub state: State,
    /// Earlier runs.
    pub history: History,
    /// The files of the state directory that are there and cannot be read, and why.
    pub state_faults: Vec<(PathBuf, String)>,
    /// The service that runs, if one does.
    pub service: Option<Service>,
    /// How many percent of its prefixes an application may lose before that counts as a loss.
    pub loss: u8,
    /// The name of the route source that a run would query now.
    pub source: String,
    /// Where to find more details about the route source.
    pub advice: Advice,
    /// Whether the route source answers.
    pub answer: SourceAnswer,
    /// From whom what the guards left out comes, as far as the route source tells.
    pub culprits: Culprits,
}

/// A router and a node, as far as their names are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The router's name.
    pub router: Option<String>,
    /// The node's name.
    pub node: Option<String>,
}

impl fmt::Display for Target {
    /// `node1.router1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match [&self.node, &self.router].map(|name| name.as_deref().map(plain)) {
            [Some(node), Some(router)] => write!(f, "{node}.{router}"),
            [Some(name), None] | [None, Some(name)] => f.write_str(&name),
            [None, None] => f.write_str("this node"),
        }
    }
}

/// Whether the route source answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SourceAnswer {
    /// It does; with what it said of each instance of BGP, which is nothing where it has no summary.
    Yes(Summaries),
    /// It does not, for this reason.
    No(String),
    /// It was not queried, since there is no community to query.
    #[default]
    Skipped,
}

impl Facts {
    /// Reads the files, and checks whether the source answers; with bgpd, this costs almost nothing.
    pub fn gather(settings: &Settings, now: UnixTime) -> Self {
        let mut facts = Self::gather_files(settings, now);
        facts.answer = check_source(settings, facts.configuration.as_ref().ok());
        if let (SourceAnswer::Yes(_), Ok(configuration)) = (&facts.answer, &facts.configuration) {
            facts.culprits = Culprits::find(&mut *open(settings), configuration, &facts.state.left_out);
        }
        facts
    }

    /// Reads the files only; the source counts as [skipped](SourceAnswer::Skipped).
    pub fn gather_files(settings: &Settings, now: UnixTime) -> Self {
        Self::gather_beside(settings, now, None, || State::load(&settings.state_dir))
    }

    /// Reads the files beside those of which a run knows the content: the output file, if it has just written these services,
    /// and the state.
    pub fn gather_beside(
        settings: &Settings,
        now: UnixTime,
        services: Option<Services>,
        state: impl FnOnce() -> State,
    ) -> Self {
        let below = |path: &str| settings.root.join(path.trim_start_matches('/'));
        let (link, executable) = (below(paths::MODULE_LINK), below(paths::MODULE));
        let registration = below(paths::MODULE_REGISTRATION_LINK);
        // SSR also runs the module when the executable itself is in the link's place.
        let linked = fs::read_link(&link).or_else(|error| match link.is_file() {
            true => Ok(link.clone()),
            false => Err(error),
        });
        let target = Target {
            router: ssr_files::init(&below(paths::ROUTER_INIT), "routerName"),
            node: ssr_files::init(&below(paths::NODE_INIT), "id"),
        };
        let source = open(settings);
        let (configuration, unknown) = match configuration::read(&settings.configuration) {
            Ok(Understood { configuration, unknown }) => (Ok(configuration), unknown),
            Err(error) => (Err(error), Unknown::default()),
        };
        Self {
            now,
            is_installed: executable.exists(),
            executable,
            is_linked: linked
                .as_ref()
                .is_ok_and(|target| link_target(&settings.root, &link, target).exists()),
            linked,
            link,
            registered: fs::read_to_string(&registration).ok(),
            registration,
            modes: ssr_files::modes(&below(paths::RUNNING_CONFIGURATION), target.router.as_deref()),
            target,
            configuration_file: settings.configuration.clone(),
            configuration,
            unknown,
            configured: modified(&settings.configuration),
            output_file: settings.output.clone(),
            written: modified(&settings.output),
            services: services.unwrap_or_else(|| OutputFile(&settings.output).services()),
            // Before the state is in memory, since each of the two takes as much as the file can bring.
            state_faults: state_faults::find(&settings.state_dir),
            state: state(),
            history: History::load(&settings.state_dir),
            service: Service::running(&settings.state_dir),
            loss: settings.loss,
            source: source.name(),
            advice: source.advice(),
            answer: SourceAnswer::Skipped,
            culprits: Culprits::default(),
        }
    }

    /// The present configuration, or else that of the last run.
    pub fn known_configuration(&self) -> Option<&ModuleConfiguration> {
        self.configuration.as_ref().ok().or(self.state.configuration.as_ref())
    }

    /// The configured applications, in the operator's order; then those that are not understood, without communities.
    pub fn applications<'f>(&'f self) -> Vec<ApplicationFacts<'f>> {
        let applications =
            self.known_configuration().map_or(&[][..], |configuration| &configuration.applications);
        let with_facts = |application: &'f Application| {
            let instances = Instance::of(application);
            ApplicationFacts {
                name: &application.application_name,
                communities: &application.bgp_community,
                is_elsewhere: instances.iter().all(|instance| self.is_absent(instance)),
                instances,
                prefixes: self.services.get(&application.application_name),
                change: self.history.last_change(&application.application_name),
            }
        };
        let not_understood = self.unknown.applications.iter().map(|unknown| ApplicationFacts {
            name: &unknown.application,
            communities: &[],
            is_elsewhere: false,
            instances: Vec::new(),
            prefixes: self.services.get(&unknown.application),
            change: self.history.last_change(&unknown.application),
        });
        applications.iter().map(with_facts).chain(not_understood).collect()
    }

    /// Whether this router does not have an instance of BGP: as the source says, or said in the last good run.
    pub fn is_absent(&self, instance: &Instance) -> bool {
        let now = match &self.answer {
            SourceAnswer::Yes(summaries) => summaries.get(instance),
            SourceAnswer::No(_) | SourceAnswer::Skipped => None,
        };
        let last = || self.state.last_good.as_ref().and_then(|last_good| last_good.summary_of(instance));
        now.or_else(last).is_some_and(|summary| summary.is_absent)
    }

    /// How many prefixes a community had in an instance of BGP in the last good run.
    pub fn count_of(&self, instance: &Instance, community: &Community) -> Option<&CommunityCount> {
        let mut counts = self.state.communities.iter().filter(|count| count.instance == *instance);
        counts.find(|count| count.community.canonical() == community.canonical())
    }

    /// When the next run is due at the latest; `None` before the first run.
    pub fn next_run(&self) -> Option<UnixTime> {
        let interval = self.refresh_interval();
        let has_run = self.state.outcome != Outcome::None;
        has_run.then(|| self.state.finished.saturating_add(interval.get().into()))
    }

    /// The seconds between two runs.
    pub fn refresh_interval(&self) -> RefreshInterval {
        let configuration = self.known_configuration();
        configuration.map_or(RefreshInterval::default(), |configuration| configuration.duration)
    }

    /// For how many seconds a run has been overdue. If it is, SSR does not run the module.
    pub fn overdue(&self) -> Option<u64> {
        let interval = self.refresh_interval();
        let has_run = self.state.outcome != Outcome::None;
        let latest = has_run.then(|| next_run_at_the_latest(self.state.finished, interval))?;
        self.now.checked_sub(latest)
    }

    /// The age in seconds of stale prefixes: those of the last good run, while the source does not answer.
    pub fn stale_for(&self) -> Option<u64> {
        let last_good = self.state.last_good.as_ref().filter(|_| self.state.outcome == Outcome::Held)?;
        Some(self.now.saturating_sub(last_good.time))
    }

    /// The end of a sentence about a run without a result: whether the last good prefixes are still there.
    pub fn kept(&self) -> String {
        match (self.state.outcome, self.stale_for()) {
            (Outcome::Held, Some(age)) => {
                format!("; the last good prefixes are kept, {} old", time::span(age))
            }
            (Outcome::Failed, _) => "; the applications have no prefixes".to_owned(),
            _ => String::new(),
        }
    }

    /// How the last run ended, in words.
    pub fn outcome(&self) -> &'static str {
        match self.state.outcome {
            Outcome::None => "no run yet",
            Outcome::Good => "good",
            Outcome::Partial if self.state.awaits_answers() => "partial, some communities are not up to date",
            Outcome::Partial => "partial, some applications keep what they had",
            Outcome::Held => "failed, the last good prefixes are kept",
            Outcome::Failed => "failed",
            Outcome::Standby => "standby, the routing engine is active on the other node",
        }
    }

    /// Whether the source answers, in words.
    pub fn answer(&self) -> String {
        match (&self.answer, &self.configuration) {
            (SourceAnswer::Yes(summaries), _) => {
                let told = summaries.iter().filter_map(|(instance, summary)| Some((instance, summary?)));
                let parts = told.map(|(instance, summary)| format!("; {}", vrfs::state(instance, summary)));
                format!("answers{}", parts.collect::<String>())
            }
            (SourceAnswer::No(_), _) => "does not answer".to_owned(),
            (SourceAnswer::Skipped, Err(_)) => "skipped: no usable configuration".to_owned(),
            (SourceAnswer::Skipped, Ok(_)) => "skipped: no community is configured".to_owned(),
        }
    }

    /// When the last run ended, in words.
    pub fn last_run(&self) -> String {
        match self.state.outcome {
            Outcome::None => "none".to_owned(),
            Outcome::Good | Outcome::Partial | Outcome::Held | Outcome::Failed | Outcome::Standby => {
                time::since(self.state.finished, self.now)
            }
        }
    }
}

/// Whether the source answers: to its summary, or where it has none, to the first query of the configuration.
fn check_source(settings: &Settings, configuration: Option<&ModuleConfiguration>) -> SourceAnswer {
    let mut source = open(settings);
    let abilities = source.abilities();
    let parts = configuration.map_or_else(Vec::new, |configuration| parts(configuration, &abilities));
    let summaries = match parts.is_empty() {
        true => Summaries::ask(&mut *source, [Instance::Default]),
        false => Summaries::ask(&mut *source, queryable(&parts).cloned()),
    };
    if summaries.any() {
        return SourceAnswer::Yes(summaries);
    }
    let mut queries = parts.iter().filter(|part| part.fault.is_none()).flat_map(|part| &part.queries);
    let Some(query) = queries.next() else { return SourceAnswer::Skipped };
    match source.query(query, &mut |_| {}) {
        Ok(()) => SourceAnswer::Yes(summaries),
        Err(error) => SourceAnswer::No(with_causes(&error)),
    }
}

/// The file to which `link`, with the text `target`, points in the file system below `root`.
fn link_target(root: &Path, link: &Path, target: &Path) -> PathBuf {
    match target.strip_prefix("/") {
        Ok(inner) if target != link => root.join(inner),
        Ok(_) | Err(_) => link.parent().unwrap_or(root).join(target),
    }
}

fn modified(path: &Path) -> Option<UnixTime> {
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    Some(modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
