//! The checks of the module's health, from the package to the prefixes: what was found, and how to fix it.

use bgpcs::{Health, Quoted, ROUTER_PACKAGE, VERSION, plain};
use bgpcs_display::{counted, time};
use serde::Serialize;

use crate::collect::state::{Outcome, RunFailure};
use crate::error_text::strerror;
use crate::instance::Instance;
use crate::operator::facts::{ApplicationFacts, Facts, SourceAnswer};
use crate::operator::printed::comma_separated;
use crate::operator::vrfs;

/// The command by which Salt installs the package, the configuration and the link.
const APPLY: &str = "salt-call state.highstate saltenv=plugins pillarenv=plugins";

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// The result.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// How to fix it; for a healthy check, what to check by hand.
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

    /// The check on one line.
    pub fn sentence(&self) -> String {
        match &self.fix {
            Some(fix) => format!("{}: {}; {fix}", self.name, self.found),
            None => format!("{}: {}", self.name, self.found),
        }
    }
}

/// Every check, from the package to the prefixes.
pub fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks = vec![
        package(facts),
        link(facts),
        configuration(facts),
        mode(facts),
        source(facts),
        output_age(facts),
        last_run(facts),
    ];
    checks.extend(vrfs(facts));
    checks.extend(facts.state.failures.iter().map(|failure| failed_community(facts, failure)));
    checks.extend(facts.applications().iter().map(application));
    checks.extend(facts.state.warnings.iter().map(|warning| self::warning(facts, warning)));
    checks.push(registration(facts));
    checks
}

fn package(facts: &Facts) -> Check {
    let path = facts.executable.display();
    if facts.is_installed {
        return Check::pass("package", format!("{ROUTER_PACKAGE} is installed, version {VERSION}"));
    }
    Check::new("package", Health::Broken, format!("{path} does not exist"))
        .fix(format!("install {ROUTER_PACKAGE} with: {APPLY}"))
}

fn link(facts: &Facts) -> Check {
    let (link, executable) = (facts.link.display(), facts.executable.display());
    let fix = format!("make the link with: ln -sfn {executable} {link}");
    match &facts.linked {
        Ok(target) if !facts.is_linked => Check::new(
            "link",
            Health::Broken,
            format!("{link} points to {}, which does not exist", target.display()),
        )
        .fix(fix),
        Ok(target) => Check::pass("link", format!("{link} points to {}", target.display())),
        Err(error) => {
            let found = format!("cannot read {link}: {}; SSR does not run the module", strerror(error));
            Check::new("link", Health::Broken, found).fix(fix)
        }
    }
}

fn configuration(facts: &Facts) -> Check {
    match &facts.configuration {
        Err(error) => Check::new("configuration", Health::Broken, error.clone()).fix(format!(
            "on the conductor, check this node with: generate_pillar status; then run here: {APPLY}"
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
        Some(modes) if modes.iter().any(|mode| mode == "all") => {
            Check::pass(NAME, "application-identification mode all is configured, which includes module")
        }
        Some(_) => Check::new(NAME, Health::Broken, "application-identification mode module is not configured")
            .fix(format!(
                "in the PCLI: config authority router {router} application-identification mode module; then commit"
            )),
        None => Check::pass(NAME, "the router's running configuration could not be read on this node").fix(format!(
            "check in the PCLI: show config running authority router {router} application-identification"
        )),
    }
}

fn source(facts: &Facts) -> Check {
    const NAME: &str = "source";
    let (source, answer) = (plain(&facts.source), plain(&facts.answer()));
    let found = format!("{source} {answer}");
    match &facts.answer {
        SourceAnswer::Yes(summaries) => match summaries.get(&Instance::Default) {
            Some(summary) if vrfs::health(&Instance::Default, summary) != Health::Healthy => {
                Check::new(NAME, Health::Degraded, found)
                    .fix(format!("check the neighbors {}", facts.advice.summary))
            }
            Some(_) | None => Check::pass(NAME, found),
        },
        SourceAnswer::Skipped => {
            Check::pass(NAME, format!("check of {source} {answer}")).fix("correct the configuration first")
        }
        SourceAnswer::No(_) if facts.state.outcome == Outcome::Standby => {
            Check::pass(NAME, format!("{found}; the routing engine is active on the other node"))
        }
        SourceAnswer::No(reason) => {
            let last = facts.state.source.as_ref().filter(|last| **last != facts.source);
            let last =
                last.map_or_else(String::new, |last| format!("; the last run queried {}", plain(last)));
            Check::new(NAME, Health::Degraded, format!("{found}: {}{last}", plain(reason)))
                .fix(facts.advice.silent)
        }
    }
}

/// VRFs without a session. A VRF that this router does not have is no problem, since routers share profiles.
fn vrfs(facts: &Facts) -> Option<Check> {
    let SourceAnswer::Yes(summaries) = &facts.answer else { return None };
    let down = vrfs::down(summaries);
    let found = format!("no BGP session is established in vrf {}", down.join(", "));
    let check = Check::new("vrf", Health::Degraded, found)
        .fix(format!("check the neighbors of the VRF {}", facts.advice.summary));
    (!down.is_empty()).then_some(check)
}

fn output_age(facts: &Facts) -> Check {
    const NAME: &str = "output age";
    let path = facts.output_file.display();
    let run = match facts.state.outcome {
        Outcome::None => facts.outcome().to_owned(),
        Outcome::Good | Outcome::Partial | Outcome::Held | Outcome::Failed | Outcome::Standby => {
            format!("last run {}", facts.last_run())
        }
    };
    let fix = "check that application-identification mode module is configured, and run once by hand: \
               bgp-community-services run";
    match (facts.written, facts.overdue()) {
        (None, _) => Check::new(NAME, Health::Broken, format!("{path} does not exist; {run}")).fix(fix),
        (Some(_), Some(_)) => {
            Check::new(NAME, Health::Broken, format!("{path} is out of date; {run}")).fix(fix)
        }
        (Some(written), None) => {
            Check::pass(NAME, format!("{path} written {}; {run}", time::since(written, facts.now)))
        }
    }
}

fn last_run(facts: &Facts) -> Check {
    const NAME: &str = "last run";
    let error = facts.state.error.as_ref().map(|failure| {
        let causes = failure.causes.iter().map(|cause| format!("; because: {cause}"));
        plain(&format!("{}{}", failure.text, causes.collect::<String>()))
    });
    let since = facts
        .history
        .same_outcome_since()
        .map_or_else(String::new, |time| format!(", since {}", time::since(time, facts.now)));
    let applications = facts.applications();
    let first = applications.iter().flat_map(|application| application.communities).next();
    let first = first.map_or("COMMUNITY".to_owned(), ToString::to_string);
    let fix = format!("query again and see why with: bgp-community-services explain {first}");
    match (facts.state.outcome, error) {
        (Outcome::Good | Outcome::Standby, None) => Check::pass(NAME, format!("{}{since}", facts.outcome())),
        (Outcome::None, _) => Check::new(NAME, Health::Broken, facts.outcome())
            .fix("run once by hand: bgp-community-services run"),
        (Outcome::Partial, _) => {
            let failed = match facts.state.failures.len() {
                1 => "1 community is not up to date".to_owned(),
                several => format!("{several} communities are not up to date"),
            };
            Check::new(NAME, Health::Degraded, format!("partial{since}: {failed}"))
        }
        (Outcome::Held, error) => {
            let age = facts.stale_for().map(time::span).unwrap_or_default();
            let error = error.unwrap_or_default();
            let found = format!("failed{since}: {error}; the last good prefixes are kept, {age} old");
            Check::new(NAME, Health::Degraded, found).fix(fix)
        }
        (Outcome::Good | Outcome::Standby | Outcome::Failed, error) => {
            let found = format!("{}{since}: {}", facts.outcome(), error.unwrap_or_default());
            Check::new(NAME, Health::Broken, found).fix(fix)
        }
    }
}

/// A community whose prefixes are not up to date.
fn failed_community(facts: &Facts, failure: &RunFailure) -> Check {
    let prefixes = match failure.last_good {
        Some(time) => format!("its last good prefixes stay, from {}", time::since(time, facts.now)),
        None => "it has no last good prefixes".to_owned(),
    };
    let causes = failure.causes.iter().map(|cause| format!("; because: {cause}"));
    let found = format!("{}{}; {prefixes}", failure.text, causes.collect::<String>());
    let community = failure.community.map_or("COMMUNITY".to_owned(), |community| community.to_string());
    Check::new("community", Health::Degraded, plain(&found))
        .fix(format!("query again and see why with: bgp-community-services explain {community}"))
}

fn application(application: &ApplicationFacts<'_>) -> Check {
    const NAME: &str = "application";
    let (name, communities) = (plain(application.name.as_str()), comma_separated(application.communities));
    let communities = communities + &application.phrase();
    let first = application.communities.first().map(ToString::to_string).unwrap_or_default();
    match application.prefixes.len() {
        0 if application.is_elsewhere => {
            Check::pass(NAME, format!("{name} has no prefixes: this router has none of its VRFs"))
        }
        0 => Check::new(NAME, Health::Degraded, format!("{name} has no prefixes with {communities}"))
            .fix(format!("see why with: bgp-community-services explain {first}")),
        count => Check::pass(NAME, format!("{name} has {} with {communities}", counted(count, "prefix"))),
    }
}

fn warning(facts: &Facts, warning: &str) -> Check {
    let check = Check::new("warning", Health::Degraded, plain(warning));
    match facts.state.outcome {
        Outcome::Standby => Check { health: Health::Healthy, ..check },
        Outcome::None | Outcome::Good | Outcome::Partial | Outcome::Held | Outcome::Failed => {
            check.fix("check the prefixes with: bgp-community-services show")
        }
    }
}

/// A registered module is expected to send its prefixes to SSR by HTTP, and SSR may not read its output file. This one
/// writes the file, also as a service, so it must not be registered.
fn registration(facts: &Facts) -> Check {
    const NAME: &str = "registration";
    match &facts.registered {
        None => Check::pass(NAME, "the module is not registered, so SSR reads its output file"),
        Some(_) => {
            let path = facts.registration.display();
            let found = format!("{path} registers the module, so SSR may not read its output file");
            Check::new(NAME, Health::Degraded, found).fix(format!("remove it with: {APPLY}"))
        }
    }
}

/// The checks that found a problem, worst first, each on one line with how to fix it.
pub fn findings(facts: &Facts) -> Vec<(Health, String)> {
    let checks = checks(facts);
    let of = |health| checks.iter().filter(move |check| check.health == health);
    let findings = [Health::Broken, Health::Degraded].into_iter().flat_map(of);
    findings.map(|check| (check.health, check.sentence())).collect()
}

/// The health of the worst finding.
pub fn overall(facts: &Facts) -> Health {
    findings(facts).first().map(|(health, _)| *health).unwrap_or_default()
}
