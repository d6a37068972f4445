//! What is known of the module on this router: gathered once, then only looked at.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bgpcs::{ApplicationName, Community, ModuleConfiguration, paths};
use serde_json::Value;

use crate::collect::last_good::LastOutput;
use crate::collect::plan::queries;
use crate::collect::schedule::FULL_REFRESH_INTERVAL;
use crate::collect::services::Services;
use crate::collect::state::{Outcome, State};
use crate::drive::configuration::{self, ConfigurationError};
use crate::error_text::with_causes;
use crate::prefix::{Family, Prefix};
use crate::publish::history::{ApplicationChange, History};
use crate::publish::output::OutputFile;
use crate::settings::Settings;
use crate::source::Advice;
use crate::source::open::open;
use crate::source::summary::BgpSummary;
use bgpcs::{UnixTime, plain};
use bgpcs_display::time;

/// How much later than it is due, in seconds, a run may come before something is taken to be wrong: a run may take
/// four minutes ([`Limits`](crate::settings::Limits)), and SSR may be late.
const PATIENCE: u64 = 300;

/// What is known.
#[derive(Debug)]
pub struct Facts {
    /// By which all spans are counted.
    pub now: UnixTime,
    /// `node1.router1`, as far as the files that say so are there.
    pub target: Target,
    /// The module's executable.
    pub executable: PathBuf,
    /// Whether it is there.
    pub is_installed: bool,
    /// The link that makes SSR run it.
    pub link: PathBuf,
    /// Where the link leads, if anywhere.
    pub linked: io::Result<PathBuf>,
    /// Whether there is something where the link leads.
    pub is_linked: bool,
    /// Where a module that systemd runs is registered.
    pub registration: PathBuf,
    /// What is registered, if anything.
    pub registered: Option<String>,
    /// `application-identification mode` of the router, if its configuration is here to be read.
    pub modes: Option<Vec<String>>,
    /// The configuration's file.
    pub configuration_file: PathBuf,
    /// The module's configuration.
    pub configuration: Result<ModuleConfiguration, String>,
    /// When Salt wrote it.
    pub configured: Option<UnixTime>,
    /// The file that SSR reads.
    pub output_file: PathBuf,
    /// When it was written.
    pub written: Option<UnixTime>,
    /// What is in it.
    pub services: Services,
    /// The last run.
    pub state: State,
    /// Earlier runs.
    pub history: History,
    /// Who would be asked now.
    pub source: String,
    /// Where it is looked at closer.
    pub advice: Advice,
    /// Whether it answers.
    pub answer: SourceAnswer,
}

/// Who this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The router's name.
    pub router: Option<String>,
    /// The node's name.
    pub node: Option<String>,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match [&self.node, &self.router].map(|name| name.as_deref().map(plain)) {
            [Some(node), Some(router)] => write!(f, "{node}.{router}"),
            [Some(name), None] | [None, Some(name)] => f.write_str(&name),
            [None, None] => f.write_str("this node"),
        }
    }
}

/// Whether a route source answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceAnswer {
    /// It does, with its sessions if it tells them.
    Yes(Option<BgpSummary>),
    /// It does not, for this reason.
    No(String),
    /// There was nothing to ask it.
    NotAsked,
}

/// An application as it is now.
#[derive(Debug)]
pub struct ApplicationFacts<'f> {
    /// Its name.
    pub name: &'f ApplicationName,
    /// The communities that it lists.
    pub communities: &'f [Community],
    /// Its prefixes in the output file.
    pub prefixes: &'f [Prefix],
    /// When prefixes last came or went, and how many.
    pub change: Option<(UnixTime, &'f ApplicationChange)>,
}

impl ApplicationFacts<'_> {
    /// How many of the prefixes are of a family.
    pub fn count(&self, family: Family) -> usize {
        self.prefixes.iter().filter(|prefix| prefix.family() == family).count()
    }

    /// `+3 -1`, or nothing when there is no change on record.
    pub fn change_text(&self) -> String {
        self.change.map_or_else(String::new, |(_, change)| format!("+{} -{}", change.added, change.removed))
    }
}

impl Facts {
    /// Looks at the files and asks the source whether it answers, which costs it next to nothing if it is bgpd.
    pub fn gather(settings: &Settings, now: UnixTime) -> Self {
        let mut facts = Self::gather_files(settings, now);
        facts.answer = ask(settings, facts.configuration.as_ref().ok());
        facts
    }

    /// Looks at the files only.
    pub fn gather_files(settings: &Settings, now: UnixTime) -> Self {
        let below = |path: &str| settings.root.join(path.trim_start_matches('/'));
        let link = below(paths::MODULE_LINK);
        let executable = below(paths::MODULE);
        let registration = below(paths::MODULES_DIR).join("services").join(bgpcs::PLUGIN);
        let configuration = configuration::read(&settings.configuration);
        // The executable itself in the link's place makes SSR run the module as well.
        let linked = fs::read_link(&link).or_else(|error| match link.is_file() {
            true => Ok(link.clone()),
            false => Err(error),
        });
        let target = Target {
            router: init(&below(paths::ROUTER_INIT), "routerName"),
            node: init(&below(paths::NODE_INIT), "id"),
        };
        let source = open(settings);
        Self {
            now,
            is_installed: executable.exists(),
            executable,
            is_linked: linked.as_ref().is_ok_and(|target| leads_to(&settings.root, &link, target).exists()),
            linked,
            link,
            registered: fs::read_to_string(&registration).ok(),
            registration,
            modes: modes(&below(paths::RUNNING_CONFIGURATION), target.router.as_deref()),
            target,
            configuration_file: settings.configuration.clone(),
            configuration: configuration.map_err(|error: ConfigurationError| plain(&error.to_string())),
            configured: modified(&settings.configuration),
            output_file: settings.output.clone(),
            written: modified(&settings.output),
            services: OutputFile(&settings.output).services(),
            state: State::load(&settings.state_dir),
            history: History::load(&settings.state_dir),
            source: source.name(),
            advice: source.advice(),
            answer: SourceAnswer::NotAsked,
        }
    }

    /// The configured applications, in the operator's order.
    pub fn applications(&self) -> Vec<ApplicationFacts<'_>> {
        let configured = self.configuration.as_ref().ok().or(self.state.configuration.as_ref());
        let applications = configured.map_or(&[][..], |configured| &configured.applications);
        let with_facts = applications.iter().map(|application| ApplicationFacts {
            name: &application.application_name,
            communities: &application.bgp_community,
            prefixes: self.services.get(&application.application_name),
            change: self.history.last_change(&application.application_name),
        });
        with_facts.collect()
    }

    /// When the next run is due at the latest.
    pub fn next_run(&self) -> Option<UnixTime> {
        let known = self.configuration.as_ref().ok().or(self.state.configuration.as_ref());
        let duration =
            u64::from(known.map_or(bgpcs::RefreshInterval::default(), |known| known.duration).get());
        (self.state.outcome != Outcome::None).then(|| self.state.finished.saturating_add(duration))
    }

    /// For how many seconds a run has been overdue, so that SSR is not running the module.
    pub fn overdue(&self) -> Option<u64> {
        // A service looks when routes change, and else at this interval.
        let due = self.next_run()?.max(self.state.finished.saturating_add(FULL_REFRESH_INTERVAL));
        self.now.checked_sub(due.saturating_add(PATIENCE))
    }

    /// The age in seconds of prefixes that are held because the source gave no answer.
    pub fn stale_for(&self) -> Option<u64> {
        let last_good = self.state.last_good.as_ref().filter(|_| self.state.outcome == Outcome::Held)?;
        Some(self.now.saturating_sub(last_good.time))
    }

    /// How the last run ended, in words.
    pub fn outcome(&self) -> String {
        match self.state.outcome {
            Outcome::None => "there was no run yet".to_owned(),
            Outcome::Good => "good".to_owned(),
            Outcome::Held => "failed, the last good prefixes stay".to_owned(),
            Outcome::Failed => "failed".to_owned(),
            Outcome::Standby => "standby, the routing engine is active on the other node".to_owned(),
        }
    }

    /// Whether the source answers, in words.
    pub fn answer(&self) -> String {
        match &self.answer {
            SourceAnswer::Yes(None) => "answers".to_owned(),
            SourceAnswer::Yes(Some(summary)) => {
                let up = summary.sessions.iter().filter(|session| session.since.is_some()).count();
                format!("answers; {up} of {} BGP sessions established", summary.sessions.len())
            }
            SourceAnswer::No(_) => "does not answer".to_owned(),
            SourceAnswer::NotAsked => "not asked, for there is nothing to ask".to_owned(),
        }
    }

    /// When the last run ended, in words.
    pub fn last_run(&self) -> String {
        match self.state.outcome {
            Outcome::None => "none".to_owned(),
            _ => time::since(self.state.finished, self.now),
        }
    }
}

fn ask(settings: &Settings, configuration: Option<&ModuleConfiguration>) -> SourceAnswer {
    let mut source = open(settings);
    if let Some(summary) = source.summary() {
        return SourceAnswer::Yes(Some(summary));
    }
    let abilities = source.abilities();
    let first = |configuration| queries(configuration, &abilities).into_iter().next();
    let Some(query) = configuration.and_then(first) else { return SourceAnswer::NotAsked };
    match source.query(&query, &mut |_| {}) {
        Ok(()) => SourceAnswer::Yes(None),
        Err(error) => SourceAnswer::No(with_causes(&error)),
    }
}

/// Where a link leads, of which `target` is what it says, below `root`.
fn leads_to(root: &Path, link: &Path, target: &Path) -> PathBuf {
    match target.strip_prefix("/") {
        Ok(inner) if target != link => root.join(inner),
        _ => link.parent().unwrap_or(root).join(target),
    }
}

fn modified(path: &Path) -> Option<UnixTime> {
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    Some(modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// A key of `{"init": {…}}`.
fn init(path: &Path, key: &str) -> Option<String> {
    let value: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    value.get("init")?.get(key)?.as_str().map(str::to_owned)
}

/// The modes in the running configuration of a router, whose keys are in camelCase or as in the data model.
fn modes(path: &Path, router: Option<&str>) -> Option<Vec<String>> {
    let file: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let authority = file.get("config").unwrap_or(&file).get("authority")?;
    let routers = authority.get("router")?.as_array()?;
    let named = routers.iter().find(|one| one.get("name").and_then(Value::as_str) == router);
    let found = named.or(routers.first().filter(|_| routers.len() == 1))?;
    let identification =
        found.get("applicationIdentification").or_else(|| found.get("application-identification"));
    let modes = match identification.and_then(|identification| identification.get("mode")) {
        Some(Value::Array(modes)) => modes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(mode)) => vec![mode.clone()],
        _ => Vec::new(),
    };
    Some(modes)
}
