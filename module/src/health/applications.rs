//! Checks of the applications and their prefixes.

use bgpcs::{Community, Quoted, plain};
use bgpcs_display::{counted, listed};

use crate::collect::state::Outcome;
use crate::health::check::Check;
use crate::health::code::Code;
use crate::health::facts::{ApplicationFacts, Facts};
use crate::health::finding::Finding;
use crate::health::usual;
use crate::prefix::Prefix;

/// How many communities or prefixes a finding names.
const NAMED: usize = 3;

/// Whether each application has prefixes, as many as usual, from all its communities, and for itself.
pub fn checks(facts: &Facts) -> Vec<Check> {
    let mut applications = facts.applications();
    // The others are not understood, which is a finding of its own.
    applications.retain(|application| !application.communities.is_empty());
    let mut checks: Vec<Check> =
        applications.iter().map(|application| prefixes(facts, application)).collect();
    checks.extend(applications.iter().filter_map(|application| empty_communities(facts, application)));
    checks.extend(shared(&applications));
    checks
}

fn prefixes(facts: &Facts, application: &ApplicationFacts<'_>) -> Check {
    const NAME: &str = "application";
    let (name, count) = (plain(application.name.as_str()), application.prefixes.len());
    let communities: Vec<String> = application.communities.iter().map(Community::to_string).collect();
    let communities = communities.join(", ") + &application.phrase();
    let loss = usual::loss(&facts.history, application.name, count as u64, facts.loss, facts.now);
    let usual = |loss: usual::Loss| format!("the median of the day before was {}", loss.usual);
    let subject = format!("application {name}");
    let advice = format!("see why with: bgp-community-services explain {}", explained(application));
    match (count, loss) {
        (0, _) if application.is_elsewhere => {
            Check::pass(NAME, format!("{name} has no prefixes: this router has none of its VRFs"))
        }
        (0, loss) => {
            let usual = loss.map_or_else(String::new, |loss| format!("; {}", usual(loss)));
            let text = format!("{name} has no prefixes with {communities}{usual}");
            let finding = Finding::new(Code::ApplicationEmpty, &subject, text, advice);
            Check::found(NAME, finding.since(loss.map(|loss| loss.since)))
        }
        (count, Some(loss)) => {
            let text = format!("{name} has only {}; {}", counted(count, "prefix"), usual(loss));
            let advice = format!("{advice}; if the profile was changed so, there is nothing to do");
            let finding = Finding::new(Code::ApplicationLoss, &subject, text, advice);
            Check::found(NAME, finding.since(Some(loss.since)))
        }
        (count, None) => {
            Check::pass(NAME, format!("{name} has {} with {communities}", counted(count, "prefix")))
        }
    }
}

/// What to have explained of an application: itself, if its name is a word for a shell.
fn explained(application: &ApplicationFacts<'_>) -> String {
    let (name, first) = (application.name.as_str(), application.communities.first());
    let is_word = Quoted(name).to_string() == name && !name.starts_with('-') && !name.contains('*');
    let first = || first.map_or("COMMUNITY".to_owned(), ToString::to_string);
    if is_word && application.communities.len() > 1 { name.to_owned() } else { first() }
}

/// The communities that bring nothing, of an application that has prefixes by others.
fn empty_communities(facts: &Facts, application: &ApplicationFacts<'_>) -> Option<Check> {
    let is_answered = match facts.state.outcome {
        Outcome::Good | Outcome::Partial => !application.prefixes.is_empty(),
        Outcome::None | Outcome::Held | Outcome::Failed | Outcome::Standby => false,
    };
    let has_failed = |community: &Community| {
        let mut failed = facts.state.failures.iter().filter_map(|failure| failure.community);
        failed.any(|failed| failed.canonical() == community.canonical())
    };
    let brings_nothing = |community: &&Community| {
        let counts = application.instances.iter().filter_map(|instance| facts.count_of(instance, community));
        let counts: Vec<u64> = counts.map(|count| count.ipv4 + count.ipv6).collect();
        !counts.is_empty() && counts.iter().all(|count| *count == 0) && !has_failed(community)
    };
    let empty = application.communities.iter().filter(|_| is_answered).filter(brings_nothing);
    let empty: Vec<&Community> = empty.collect();
    let first = empty.first()?;
    let name = plain(application.name.as_str());
    let text = format!(
        "{} {} nothing to {name}, which has {} by its other communities",
        listed(empty.iter(), NAMED),
        if empty.len() == 1 { "brings" } else { "bring" },
        counted(application.prefixes.len(), "prefix"),
    );
    let advice = format!("see why with: bgp-community-services explain {first}");
    let finding = Finding::new(Code::CommunityEmpty, &format!("application {name}"), text, advice);
    Some(Check::found("community", finding))
}

/// The prefixes that are in several applications, whose policy then is that of either.
fn shared(applications: &[ApplicationFacts<'_>]) -> Option<Check> {
    let lists: Vec<&[Prefix]> = applications.iter().map(|application| application.prefixes).collect();
    let mut all = lists.concat();
    // As many sorted runs as there are applications, which the stable sort merges.
    all.sort();
    let mut same = all.chunk_by(|one, another| one == another).filter(|owners| owners.len() > 1);
    let prefix = *same.next()?.first()?;
    let count = 1 + same.count();
    let names = applications.iter().filter(|application| application.prefixes.binary_search(&prefix).is_ok());
    let names: Vec<String> = names.map(|application| plain(application.name.as_str())).collect();
    let text = match count {
        1 => format!("{prefix} is in several applications: {}", listed(names.iter(), NAMED)),
        _ => format!(
            "{count} prefixes are in several applications, {prefix} for one in {}",
            listed(names.iter(), NAMED)
        ),
    };
    let advice = format!(
        "see which communities it carries with: bgp-community-services explain {prefix}; let one application list them"
    );
    Some(Check::found(
        "prefixes",
        Finding::new(Code::PrefixShared, &format!("prefix {prefix}"), text, advice),
    ))
}
