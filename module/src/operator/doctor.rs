//! Walks the chain from the package to the prefixes and says of each link whether it holds, and what mends it.

use bgpcs::{Health, plain};
use bgpcs::{Quoted, ROUTER_PACKAGE, VERSION};
use bgpcs_display::table::Paint;
use bgpcs_display::{counted, time};
use serde::Serialize;
use serde_json::json;

use super::facts::{Facts, SourceAnswer};
use super::{Answer, json_text, list};
use crate::state::Outcome;

/// What makes Salt bring package, configuration and link.
const APPLY: &str = "salt-call state.highstate saltenv=plugins pillarenv=plugins";

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which link.
    pub name: &'static str,
    /// How it is.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do, when it is not as it should be or cannot be told from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Check {
    fn new(name: &'static str, health: Health, found: impl Into<String>) -> Self {
        Self { name, health, found: found.into(), mend: None }
    }

    fn pass(name: &'static str, found: impl Into<String>) -> Self {
        Self::new(name, Health::Healthy, found)
    }

    fn mend(self, mend: impl Into<String>) -> Self {
        Self { mend: Some(mend.into()), ..self }
    }

    /// All of it on one line.
    pub fn sentence(&self) -> String {
        match &self.mend {
            Some(mend) => format!("{}: {}; {mend}", self.name, self.found),
            None => format!("{}: {}", self.name, self.found),
        }
    }
}

/// The chain, from the package to the prefixes.
pub fn examine(facts: &Facts) -> Vec<Check> {
    let mut checks = vec![
        package(facts),
        link(facts),
        configuration(facts),
        mode(facts),
        source(facts),
        age(facts),
        outcome(facts),
    ];
    checks.extend(applications(facts));
    checks.extend(facts.state.warnings.iter().map(|warning| {
        let check = Check::new("warning", Health::Degraded, plain(warning));
        match facts.state.outcome {
            Outcome::Standby => Check { health: Health::Healthy, ..check },
            _ => check.mend("look at what the neighbors announce with: bgp-community-services show"),
        }
    }));
    checks.push(registration(facts));
    checks
}

/// The checks, a line each.
pub fn text(checks: &[Check], paint: Paint) -> Answer {
    let health = checks.iter().map(|check| check.health).max().unwrap_or_default();
    let word = |check: &Check| match (check.health, &check.mend) {
        (Health::Healthy, None) => "pass",
        (Health::Healthy, Some(_)) => "note",
        (Health::Degraded, _) => "warn",
        (Health::Broken, _) => "FAIL",
    };
    let line = |check: &Check| {
        let first = format!("{}  {:13}  {}\n", paint.by(check.health, word(check)), check.name, check.found);
        let mend = check.mend.iter().map(|mend| format!("{:21}{}\n", "", mend));
        std::iter::once(first).chain(mend).collect::<String>()
    };
    Answer { text: checks.iter().map(line).collect(), health }
}

/// The checks as JSON.
pub fn json(checks: &[Check]) -> Answer {
    let health = checks.iter().map(|check| check.health).max().unwrap_or_default();
    Answer { text: json_text(&json!({"health": health, "checks": checks})), health }
}

fn package(facts: &Facts) -> Check {
    let path = facts.executable.display();
    if facts.is_installed {
        return Check::pass("package", format!("{ROUTER_PACKAGE} is installed; this is version {VERSION}"));
    }
    Check::new("package", Health::Broken, format!("{path} is not there"))
        .mend(format!("install {ROUTER_PACKAGE} with: {APPLY}"))
}

fn link(facts: &Facts) -> Check {
    let (link, executable) = (facts.link.display(), facts.executable.display());
    let mend = format!("make the link with: ln -sfn {executable} {link}");
    match &facts.linked {
        Ok(target) if !facts.is_linked => Check::new(
            "link",
            Health::Broken,
            format!("{link} leads to {}, which is not there", target.display()),
        )
        .mend(mend),
        Ok(target) => Check::pass("link", format!("{link} leads to {}", target.display())),
        Err(error) => {
            Check::new("link", Health::Broken, format!("SSR does not run the module: {link}: {error}"))
                .mend(mend)
        }
    }
}

fn configuration(facts: &Facts) -> Check {
    match &facts.configuration {
        Err(error) => Check::new("configuration", Health::Broken, error.clone()).mend(format!(
            "on the conductor, look for this node with: generate_pillar status; then here: {APPLY}"
        )),
        Ok(configuration) => {
            let since = facts.configured.map_or_else(String::new, |time| format!(" from {}", time::at(time)));
            let count = configuration.applications.len();
            let check = Check::new(
                "configuration",
                Health::Healthy,
                format!("{}{since}, {}", facts.configuration_file.display(), counted(count, "application")),
            );
            match count {
                0 => Check { health: Health::Degraded, ..check }
                    .mend("add an application to the router's bgp-community-services-profile, and commit"),
                _ => check,
            }
        }
    }
}

fn mode(facts: &Facts) -> Check {
    const NAME: &str = "mode";
    let router = facts.target.router.as_deref().map_or("ROUTER".to_owned(), |name| Quoted(name).to_string());
    match &facts.modes {
        Some(modes) if modes.iter().any(|mode| mode == "module") => {
            Check::pass(NAME, "application-identification mode module is configured")
        }
        Some(_) => Check::new(NAME, Health::Broken, "application-identification mode module is not configured")
            .mend(format!(
                "in the PCLI: config authority router {router} application-identification mode module; then commit"
            )),
        None => Check::pass(NAME, "the router's running configuration cannot be read here").mend(format!(
            "check in the PCLI: show config running authority router {router} application-identification"
        )),
    }
}

fn source(facts: &Facts) -> Check {
    const NAME: &str = "source";
    let found = format!("{} {}", plain(&facts.source), plain(&facts.answer()));
    match &facts.answer {
        SourceAnswer::Yes(Some(survey)) if survey.sessions.iter().all(|session| session.since.is_none()) => {
            Check::new(NAME, Health::Degraded, found)
                .mend(format!("look at the neighbors {}", facts.advice.summary))
        }
        SourceAnswer::Yes(_) => Check::pass(NAME, found),
        SourceAnswer::NotAsked => Check::pass(NAME, found).mend("mend the configuration first"),
        SourceAnswer::No(_) if facts.state.outcome == Outcome::Standby => {
            Check::pass(NAME, format!("{found}; the routing engine is active on the other node"))
        }
        SourceAnswer::No(reason) => {
            let last = facts.state.source.as_ref().filter(|last| **last != facts.source);
            let last = last.map_or_else(String::new, |last| format!("; the last run asked {}", plain(last)));
            Check::new(NAME, Health::Degraded, format!("{found}: {}{last}", plain(reason)))
                .mend(facts.advice.silent)
        }
    }
}

fn age(facts: &Facts) -> Check {
    const NAME: &str = "output age";
    let path = facts.output_file.display();
    let run = format!("last run {}", facts.last_run());
    let mend = "see that application-identification mode module is configured, and run once by hand: \
                bgp-community-services run";
    match (facts.written, facts.overdue()) {
        (None, _) => Check::new(NAME, Health::Broken, format!("{path} is not there; {run}")).mend(mend),
        (Some(_), Some(_)) => {
            Check::new(NAME, Health::Broken, format!("{path} is not kept up to date; {run}")).mend(mend)
        }
        (Some(written), None) => {
            Check::pass(NAME, format!("{path} written {}; {run}", time::since(written, facts.now)))
        }
    }
}

fn outcome(facts: &Facts) -> Check {
    const NAME: &str = "last run";
    let error = facts.state.error.as_ref().map(|failure| {
        let causes = failure.causes.iter().map(|cause| format!("; because: {cause}"));
        plain(&format!("{}{}", failure.text, causes.collect::<String>()))
    });
    let since = facts
        .history
        .same_outcome_since()
        .map_or_else(String::new, |time| format!(", since {}", time::since(time, facts.now)));
    let found = format!("{}{since}", facts.outcome());
    let applications = facts.applications();
    let first = applications.iter().flat_map(|application| application.communities).next();
    let first = first.map_or("COMMUNITY".to_owned(), ToString::to_string);
    let mend = format!("ask again and see why with: bgp-community-services explain {first}");
    match (facts.state.outcome, error) {
        (Outcome::Good | Outcome::Standby, None) => Check::pass(NAME, found),
        (Outcome::None, _) => {
            Check::new(NAME, Health::Broken, found).mend("run once by hand: bgp-community-services run")
        }
        (Outcome::Held, error) => {
            let age = facts.stale_for().map(time::span).unwrap_or_default();
            let error = error.unwrap_or_default();
            Check::new(NAME, Health::Degraded, format!("{found}; they are {age} old: {error}")).mend(mend)
        }
        (_, error) => {
            Check::new(NAME, Health::Broken, format!("{found}: {}", error.unwrap_or_default())).mend(mend)
        }
    }
}

fn applications(facts: &Facts) -> Vec<Check> {
    const NAME: &str = "application";
    let check = |application: super::facts::ApplicationFacts<'_>| {
        let (name, communities) = (plain(application.name.as_str()), list(application.communities));
        let first = application.communities.first().map(ToString::to_string).unwrap_or_default();
        match application.prefixes.len() {
            0 => Check::new(NAME, Health::Degraded, format!("{name} has no prefix with {communities}"))
                .mend(format!("see what is received with: bgp-community-services explain {first}")),
            count => Check::pass(NAME, format!("{name} has {} with {communities}", counted(count, "prefix"))),
        }
    };
    facts.applications().into_iter().map(check).collect()
}

fn registration(facts: &Facts) -> Check {
    const NAME: &str = "registration";
    let path = facts.registration.display();
    match &facts.registered {
        None => Check::pass(NAME, "SSR runs the module by itself, no service is registered"),
        Some(text) if serde_json::from_str::<Vec<serde_json::Map<_, _>>>(text).is_ok() => {
            Check::pass(NAME, format!("{path} registers a service"))
        }
        Some(_) => Check::new(NAME, Health::Degraded, format!("{path} is not a JSON list of services"))
            .mend(format!("bring it again with: {APPLY}")),
    }
}
