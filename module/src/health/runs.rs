//! Checks of the runs, and of the files that they leave.

use bgpcs::plain;
use bgpcs_display::{listed, time};

use crate::collect::state::{Outcome, RunFailure};
use crate::health::check::Check;
use crate::health::code::Code;
use crate::health::facts::Facts;
use crate::health::finding::Finding;

/// How many communities a finding names.
const NAMED: usize = 5;

/// How to run by hand.
const RUN: &str = "run once by hand: bgp-community-services run";

/// From the output file to the communities of the last run.
pub fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks = vec![output_age(facts), last_run(facts)];
    checks.extend(future(facts));
    checks.extend(state_files(facts));
    checks.extend(failed_communities(facts));
    checks.extend(facts.state.warnings.iter().map(|warning| unusual(facts, warning)));
    checks
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
    let (code, text) = match (facts.written, facts.overdue()) {
        (Some(written), None) => {
            return Check::pass(NAME, format!("{path} written {}; {run}", time::since(written, facts.now)));
        }
        (None, _) => (Code::OutputMissing, format!("{path} does not exist; {run}")),
        (Some(_), Some(_)) => (Code::RunOverdue, format!("{path} is out of date; {run}")),
    };
    let advice = format!("check that application-identification mode module is configured, and {RUN}");
    let since = facts.next_run().filter(|_| code == Code::RunOverdue);
    Check::found(NAME, Finding::new(code, &path, text, advice).since(since))
}

/// The program's own clock was later than it is now.
fn future(facts: &Facts) -> Option<Check> {
    let finished = Some(facts.state.finished).filter(|finished| *finished > facts.now)?;
    let text = format!(
        "the last run is from {}, which is in the future: the clock was set back",
        time::at(finished)
    );
    let advice = format!("check the clock with: date; then {RUN}");
    Some(Check::found("clock", Finding::new(Code::RunInFuture, &"last run", text, advice)))
}

fn state_files(facts: &Facts) -> Vec<Check> {
    let of = |(path, fault): &(std::path::PathBuf, String)| {
        let path = path.display();
        let text = format!("cannot read {path}: {}; what it says is unknown", plain(fault));
        let advice = format!("check its owner and its permissions; to write it anew, {RUN}");
        Check::found("state", Finding::new(Code::StateUnreadable, &path, text, advice))
    };
    facts.state_faults.iter().map(of).collect()
}

fn last_run(facts: &Facts) -> Check {
    const NAME: &str = "last run";
    let since = facts.history.same_outcome_since();
    let dated = || since.map_or_else(String::new, |time| format!(", since {}", time::since(time, facts.now)));
    let error = facts.state.error.as_ref().map(chain);
    match (facts.state.outcome, error) {
        (Outcome::Good | Outcome::Standby, None) => {
            Check::pass(NAME, format!("{}{}", facts.outcome(), dated()))
        }
        (Outcome::None, _) => {
            Check::found(NAME, Finding::new(Code::RunMissing, &"last run", facts.outcome(), RUN))
        }
        (Outcome::Partial, _) => {
            let is_of_community = |failure: &&RunFailure| failure.community.is_some();
            let failed = match facts.state.failures.iter().filter(is_of_community).count() {
                0 => "applications keep what they had".to_owned(),
                1 => "1 community is not up to date".to_owned(),
                several => format!("{several} communities are not up to date"),
            };
            let advice = explain_first(facts);
            let finding = Finding::new(Code::RunPartial, &"last run", format!("partial: {failed}"), advice);
            Check::found(NAME, finding.since(since))
        }
        (Outcome::Held, error) => failed(facts, Code::RunHeld, &error.unwrap_or_default()),
        (Outcome::Good | Outcome::Standby | Outcome::Failed, error) => {
            failed(facts, Code::RunFailed, &error.unwrap_or_default())
        }
    }
}

/// A run without a result, for a reason that the documented start of its error tells.
fn failed(facts: &Facts, code: Code, error: &str) -> Check {
    let (code, advice) = if error.starts_with("PrefixLimitError") {
        let advice =
            "raise max-prefixes in the profile, at most to 1000000, or list a narrower community, and commit";
        (Code::PrefixLimit, advice.to_owned())
    } else if error.starts_with("SessionError") {
        (
            Code::NotConverged,
            format!("wait a minute; if it stays, check the neighbors {}", facts.advice.summary),
        )
    } else {
        (code, explain_first(facts))
    };
    let text = format!("the last run failed: {error}{}", facts.kept());
    let finding = Finding::new(code, &"last run", text, advice);
    let finding = finding.since(facts.history.same_outcome_since());
    Check::found("last run", finding.broken_if(facts.state.outcome != Outcome::Held))
}

/// How to see why the first application has no answer.
fn explain_first(facts: &Facts) -> String {
    let applications = facts.applications();
    let first = applications.iter().flat_map(|application| application.communities).next();
    let first = first.map_or("COMMUNITY".to_owned(), ToString::to_string);
    format!("query again and see why with: bgp-community-services explain {first}")
}

/// An error and its causes.
fn chain(failure: &RunFailure) -> String {
    let causes = failure.causes.iter().map(|cause| format!("; because: {cause}"));
    plain(&format!("{}{}", failure.text, causes.collect::<String>()))
}

/// The communities whose prefixes are not up to date: one finding for all that have one cause.
fn failed_communities(facts: &Facts) -> Vec<Check> {
    let cause = |failure: &RunFailure| {
        let text = failure.text.split(" on application ").next().unwrap_or_default().to_owned();
        (text, failure.last_good)
    };
    let mut groups: Vec<Vec<&RunFailure>> = Vec::new();
    for failure in facts.state.failures.iter().filter(|failure| failure.community.is_some()) {
        let known =
            groups.iter_mut().find(|group| group.first().is_some_and(|one| cause(one) == cause(failure)));
        match known {
            Some(group) => group.push(failure),
            None => groups.push(vec![failure]),
        }
    }
    groups.iter().filter_map(|group| failed_community(facts, group)).collect()
}

fn failed_community(facts: &Facts, group: &[&RunFailure]) -> Option<Check> {
    let first = group.first()?;
    let (its, it) = if group.len() == 1 { ("its", "it has") } else { ("their", "they have") };
    let prefixes = match first.last_good {
        Some(time) => format!("{its} last good prefixes stay, from {}", time::since(time, facts.now)),
        None => format!("{it} no last good prefixes"),
    };
    // As the error says it: on which application and community.
    let place = |failure: &&RunFailure| {
        let place = failure.text.split_once(" on application ").map(|(_, place)| place.to_owned());
        place.map(|place| format!("on application {}", plain(&place)))
    };
    let others: Vec<String> = group.iter().skip(1).filter_map(place).collect();
    let others = match others.is_empty() {
        true => String::new(),
        false => format!("; the same {}", listed(others.iter(), NAMED)),
    };
    let community = first.community.map_or("COMMUNITY".to_owned(), |community| community.to_string());
    let text = format!("{}{others}; {prefixes}", chain(first));
    let advice = format!("query again and see why with: bgp-community-services explain {community}");
    let subject = format!("community {community}");
    let finding = Finding::new(Code::CommunityStale, &subject, text, advice).since(first.last_good);
    Some(Check::found("community", finding))
}

fn unusual(facts: &Facts, warning: &str) -> Check {
    const NAME: &str = "warning";
    match facts.state.outcome {
        Outcome::Standby => Check::pass(NAME, plain(warning)),
        Outcome::None | Outcome::Good | Outcome::Partial | Outcome::Held | Outcome::Failed => {
            let advice = "check the prefixes with: bgp-community-services show";
            Check::found(
                NAME,
                Finding::new(Code::AnswerUnusual, &plain(&facts.source), plain(warning), advice),
            )
        }
    }
}
