//! The check of the route source.

use bgpcs::{Health, plain};

use crate::collect::state::Outcome;
use crate::health::check::Check;
use crate::health::code::Code;
use crate::health::facts::{Facts, SourceAnswer};
use crate::health::finding::Finding;
use crate::health::vrfs;
use crate::instance::Instance;

/// Whether the source answers, and has neighbors.
pub fn answers(facts: &Facts) -> Check {
    const NAME: &str = "source";
    let (source, answer) = (plain(&facts.source), plain(&facts.answer()));
    let found = format!("{source} {answer}");
    match &facts.answer {
        SourceAnswer::Yes(summaries) => match summaries.get(&Instance::Default) {
            Some(summary) if vrfs::health(&Instance::Default, summary) != Health::Healthy => {
                let advice = format!("check the neighbors {}", facts.advice.summary);
                let text = format!("{found}{}", facts.kept());
                let finding = Finding::new(Code::SessionsNone, &source, text, advice);
                Check::found(NAME, without_routes(facts, finding))
            }
            Some(_) | None => Check::pass(NAME, found),
        },
        SourceAnswer::Skipped => {
            let text = format!("check of {source} {answer}");
            let advice = "correct the configuration first";
            Check::found(NAME, Finding::new(Code::SourceUnchecked, &source, text, advice))
        }
        // Whoever is not trusted is no sign that the other node is active.
        SourceAnswer::No(reason)
            if facts.state.outcome == Outcome::Standby && !reason.starts_with("TrustError") =>
        {
            Check::pass(NAME, format!("{found}; the routing engine is active on the other node"))
        }
        SourceAnswer::No(reason) => {
            let last = facts.state.source.as_ref().filter(|last| **last != facts.source);
            let last =
                last.map_or_else(String::new, |last| format!("; the last run queried {}", plain(last)));
            let text = format!("{found}: {}{last}{}", plain(reason), facts.kept());
            let finding = Finding::new(Code::SourceSilent, &source, text, facts.advice.silent);
            Check::found(NAME, without_routes(facts, finding))
        }
    }
}

/// VRFs without a session. A VRF that this router does not have is no problem, since routers share profiles.
pub fn vrfs_answer(facts: &Facts) -> Option<Check> {
    let SourceAnswer::Yes(summaries) = &facts.answer else { return None };
    let down = vrfs::down(summaries);
    let first = down.first()?;
    let text = format!("no BGP session is established in vrf {}", down.join(", "));
    let advice = format!("check the neighbors of the VRF {}", facts.advice.summary);
    Some(Check::found("vrf", Finding::new(Code::SessionsNone, &format!("vrf {first}"), text, advice)))
}

/// Nobody tells the routes: since when, and whether prefixes are left.
fn without_routes(facts: &Facts, finding: Finding) -> Finding {
    let has_failed = matches!(facts.state.outcome, Outcome::Held | Outcome::Failed);
    let since = facts.history.same_outcome_since().filter(|_| has_failed);
    finding.since(since).broken_if(facts.state.outcome == Outcome::Failed)
}
