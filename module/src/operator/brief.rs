//! `status --json --brief`: the state of the module in one line, for the conductor that asks many nodes at once.

use std::fmt::Display;
use std::io::{self, Write};

use bgpcs::brief::{Brief, BriefApplication, BriefConfiguration, BriefRun, FORM, LONGEST};
use bgpcs::digest::Digesting;
use bgpcs::{plain, plain_json};
use bgpcs_display::time;

use crate::collect::state::Outcome;
use crate::health::facts::{ApplicationFacts, Facts};
use crate::health::{findings, overall};
use crate::operator::printed::Printed;
use crate::prefix::{Family, Prefix};

/// The longest name of a router or a node that is told, as the vendor's model has it.
const LONGEST_NAME: usize = 63;

/// The line, which is short by construction: what has no limit of its own is left out where it does not fit.
pub fn line(facts: &Facts) -> Printed {
    let findings = findings(facts);
    let health = overall(&findings);
    let mut codes: Vec<String> = Vec::new();
    for finding in &findings {
        let code = finding.code.name();
        if !codes.iter().any(|known| known == code) {
            codes.push(code.to_owned());
        }
    }
    let applications = facts.applications();
    let is_usual = |name: &&String| name.len() <= LONGEST_NAME && plain(name) == **name;
    let has_run = facts.state.outcome != Outcome::None;
    let changed =
        applications.iter().filter_map(|application| application.change).map(|(time, _)| time).max();
    let mut brief = Brief {
        version: FORM,
        module: bgpcs::VERSION.to_owned(),
        router: facts.target.router.as_ref().filter(is_usual).cloned(),
        node: facts.target.node.as_ref().filter(is_usual).cloned(),
        time: time::at(facts.now),
        health,
        findings: codes,
        configuration: BriefConfiguration {
            digest: facts.configuration.as_ref().ok().map(|configuration| {
                digest(|digest| serde_json::to_writer(digest, configuration).map_err(io::Error::from))
            }),
            written: facts.configured.map(time::at),
        },
        run: BriefRun {
            outcome: facts.state.outcome.name().to_owned(),
            finished: has_run.then(|| time::at(facts.state.finished)),
            interval: facts.refresh_interval().get(),
        },
        changed: changed.map(time::at),
        prefixes: facts.services.prefix_count(),
        digest: digest(|digest| {
            facts.services.iter().try_for_each(|(name, prefixes)| {
                write_line(digest, name)?;
                prefixes.iter().try_for_each(|prefix| write_line(digest, prefix))
            })
        }),
        applications: Vec::new(),
        left_out: applications.len(),
    };
    let text = |brief: &Brief| plain_json(&serde_json::to_string(brief).unwrap_or_default());
    let mut room = LONGEST.saturating_sub(text(&brief).len() + 1);
    for application in &applications {
        let told = told(facts, application);
        let length = plain_json(&serde_json::to_string(&told).unwrap_or_default()).len() + 1;
        if length > room {
            break;
        }
        room -= length;
        brief.applications.push(told);
        brief.left_out -= 1;
    }
    Printed { text: text(&brief) + "\n", health }
}

fn told(facts: &Facts, application: &ApplicationFacts<'_>) -> BriefApplication {
    BriefApplication {
        name: application.name.to_string(),
        ipv4: application.count(Family::Ipv4) as u64,
        ipv6: application.count(Family::Ipv6) as u64,
        digest: digest_of_prefixes(application.prefixes),
        age: application.change.map(|(time, _)| facts.now.saturating_sub(time)),
    }
}

/// The digest of prefixes, which are sorted.
fn digest_of_prefixes(prefixes: &[Prefix]) -> String {
    digest(|digest| prefixes.iter().try_for_each(|prefix| write_line(digest, prefix)))
}

fn write_line(digest: &mut Digesting<io::Sink>, text: impl Display) -> io::Result<()> {
    writeln!(digest, "{text}")
}

/// The digest of what `write` writes. To a sink nothing fails.
fn digest(write: impl FnOnce(&mut Digesting<io::Sink>) -> io::Result<()>) -> String {
    let mut digesting = Digesting::new(io::sink());
    write(&mut digesting).ok();
    format!("{:016x}", digesting.digest())
}
