//! Health: every check on the way from the package to the prefixes, with what was found and how to fix it.

use bgpcs::{Health, Quoted, ROUTER_PACKAGE, VERSION, plain};
use bgpcs_display::{counted, time};
use serde::Serialize;

use crate::collect::state::Outcome;
use crate::operator::facts::{Facts, SourceAnswer};
use crate::operator::printed::list;

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
    #[serde(rename = "mend", skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Check {
    fn new(name: &'static str, health: Health, found: impl Into<String>) -> Self {
        Self { name, health, found: found.into(), fix: None }
    }

    fn pass(name: &'static str, found: impl Into<String>) -> Self {
        Self::new(name, Health::Healthy, found)
    }

    fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    /// All of it on one line.
    pub fn sentence(&self) -> String {
        match &self.fix {
            Some(fix) => format!("{}: {}; {fix}", self.name, self.found),
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
            _ => check.fix("look at what the neighbors announce with: bgp-community-services show"),
        }
    }));
    checks.push(registration(facts));
    checks
}

fn package(facts: &Facts) -> Check {
    let path = facts.executable.display();
    if facts.is_installed {
        return Check::pass("package", format!("{ROUTER_PACKAGE} is installed; this is version {VERSION}"));
    }
    Check::new("package", Health::Broken, format!("{path} is not there"))
        .fix(format!("install {ROUTER_PACKAGE} with: {APPLY}"))
}

fn link(facts: &Facts) -> Check {
    let (link, executable) = (facts.link.display(), facts.executable.display());
    let fix = format!("make the link with: ln -sfn {executable} {link}");
    match &facts.linked {
        Ok(target) if !facts.is_linked => Check::new(
            "link",
            Health::Broken,
            format!("{link} leads to {}, which is not there", target.display()),
        )
        .fix(fix),
        Ok(target) => Check::pass("link", format!("{link} leads to {}", target.display())),
        Err(error) => {
            Check::new("link", Health::Broken, format!("SSR does not run the module: {link}: {error}"))
                .fix(fix)
        }
    }
}

fn configuration(facts: &Facts) -> Check {
    match &facts.configuration {
        Err(error) => Check::new("configuration", Health::Broken, error.clone()).fix(format!(
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
                    .fix("add an application to the router's bgp-community-services-profile, and commit"),
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
            .fix(format!(
                "in the PCLI: config authority router {router} application-identification mode module; then commit"
            )),
        None => Check::pass(NAME, "the router's running configuration cannot be read here").fix(format!(
            "check in the PCLI: show config running authority router {router} application-identification"
        )),
    }
}

fn source(facts: &Facts) -> Check {
    const NAME: &str = "source";
    let found = format!("{} {}", plain(&facts.source), plain(&facts.answer()));
    match &facts.answer {
        SourceAnswer::Yes(Some(summary))
            if summary.sessions.iter().all(|session| session.since.is_none()) =>
        {
            Check::new(NAME, Health::Degraded, found)
                .fix(format!("look at the neighbors {}", facts.advice.summary))
        }
        SourceAnswer::Yes(_) => Check::pass(NAME, found),
        SourceAnswer::NotAsked => Check::pass(NAME, found).fix("mend the configuration first"),
        SourceAnswer::No(_) if facts.state.outcome == Outcome::Standby => {
            Check::pass(NAME, format!("{found}; the routing engine is active on the other node"))
        }
        SourceAnswer::No(reason) => {
            let last = facts.state.source.as_ref().filter(|last| **last != facts.source);
            let last = last.map_or_else(String::new, |last| format!("; the last run asked {}", plain(last)));
            Check::new(NAME, Health::Degraded, format!("{found}: {}{last}", plain(reason)))
                .fix(facts.advice.silent)
        }
    }
}

fn age(facts: &Facts) -> Check {
    const NAME: &str = "output age";
    let path = facts.output_file.display();
    let run = format!("last run {}", facts.last_run());
    let fix = "see that application-identification mode module is configured, and run once by hand: \
                bgp-community-services run";
    match (facts.written, facts.overdue()) {
        (None, _) => Check::new(NAME, Health::Broken, format!("{path} is not there; {run}")).fix(fix),
        (Some(_), Some(_)) => {
            Check::new(NAME, Health::Broken, format!("{path} is not kept up to date; {run}")).fix(fix)
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
    let fix = format!("ask again and see why with: bgp-community-services explain {first}");
    match (facts.state.outcome, error) {
        (Outcome::Good | Outcome::Standby, None) => Check::pass(NAME, found),
        (Outcome::None, _) => {
            Check::new(NAME, Health::Broken, found).fix("run once by hand: bgp-community-services run")
        }
        (Outcome::Held, error) => {
            let age = facts.stale_for().map(time::span).unwrap_or_default();
            let error = error.unwrap_or_default();
            Check::new(NAME, Health::Degraded, format!("{found}; they are {age} old: {error}")).fix(fix)
        }
        (_, error) => {
            Check::new(NAME, Health::Broken, format!("{found}: {}", error.unwrap_or_default())).fix(fix)
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
                .fix(format!("see what is received with: bgp-community-services explain {first}")),
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
            .fix(format!("bring it again with: {APPLY}")),
    }
}

/// Everything that is not as it should be, the worst first, each with how to fix it.
pub fn findings(facts: &Facts) -> Vec<(Health, String)> {
    let checks = examine(facts);
    let of = |health| checks.iter().filter(move |check| check.health == health);
    let findings = [Health::Broken, Health::Degraded].into_iter().flat_map(of);
    findings.map(|check| (check.health, check.sentence())).collect()
}

/// The worst of the findings.
pub fn overall(facts: &Facts) -> Health {
    findings(facts).first().map(|(health, _)| *health).unwrap_or_default()
}
