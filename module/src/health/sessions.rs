//! Checks of the BGP sessions.

use bgpcs::plain;

use crate::health::check::Check;
use crate::health::code::Code;
use crate::health::facts::{Facts, SourceAnswer};
use crate::health::finding::Finding;
use crate::instance::Instance;
use crate::source::summary::Session;

/// The sessions of all instances of BGP that were established, and are not. A session that never was may be one that waits
/// for its neighbor.
pub fn lost(facts: &Facts) -> Vec<Check> {
    let SourceAnswer::Yes(summaries) = &facts.answer else { return Vec::new() };
    let told = summaries.iter().filter_map(|(instance, summary)| Some((instance, summary?)));
    let down = told.flat_map(|(instance, summary)| {
        let down = summary.sessions.iter().filter(|session| session.since.is_none());
        down.filter_map(move |session| lost_one(facts, instance, session))
    });
    down.collect()
}

fn lost_one(facts: &Facts, instance: &Instance, session: &Session) -> Option<Check> {
    let known = facts.state.sessions.iter().find(|known| known.is_of(instance, session));
    if session.times_established == 0 && known.is_none() {
        return None;
    }
    let neighbor = format!("{}{}", plain(&session.peer), instance.phrase());
    let text = format!("the BGP session with {neighbor} was established, and is not");
    let advice = format!("see why {}", facts.advice.neighbors);
    let finding = Finding::new(Code::SessionLost, &format!("neighbor {neighbor}"), text, advice);
    Some(Check::found("session", finding.since(known.map(|known| known.established))))
}
