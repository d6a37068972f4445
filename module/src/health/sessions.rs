//! Checks of the BGP sessions.

use bgpcs::plain;

use crate::health::check::Check;
use crate::health::code::Code;
use crate::health::facts::{Facts, SourceAnswer};
use crate::health::finding::Finding;
use crate::instance::Instance;

/// The sessions that were established, and are not. A session that never was may be one that waits for its neighbor.
pub fn lost(facts: &Facts) -> Vec<Check> {
    const NAME: &str = "session";
    let SourceAnswer::Yes(summaries) = &facts.answer else { return Vec::new() };
    let Some(summary) = summaries.get(&Instance::Default) else { return Vec::new() };
    let down = summary.sessions.iter().filter(|session| session.since.is_none());
    let checks = down.filter_map(|session| {
        let known = facts.state.sessions.iter().find(|known| known.is_of(session));
        if session.times_established == 0 && known.is_none() {
            return None;
        }
        let peer = plain(&session.peer);
        let text = format!("the BGP session with {peer} was established, and is not");
        let advice = format!("see why {}", facts.advice.neighbors);
        let finding = Finding::new(Code::SessionLost, &format!("neighbor {peer}"), text, advice);
        Some(Check::found(NAME, finding.since(known.map(|known| known.established))))
    });
    checks.collect()
}
