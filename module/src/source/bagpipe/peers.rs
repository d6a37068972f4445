//! The looking glass's list of BGP peers:
//! `[{"id": "192.0.2.1", "state": "Established", "href": "http://…/looking-glass/bgp/peers/192.0.2.1"}]`.

use serde_json::Value;

use crate::source::summary::Session;

/// The sessions; `None` when the reply is not such a list. The looking glass reports neither the age of a session nor
/// its number of prefixes, so both are zero. BaGPipe-BGP has no IPv6 routes.
pub fn read(reply: &[u8]) -> Option<Vec<Session>> {
    let shown: Value = serde_json::from_slice(reply).ok()?;
    shown.as_array()?.iter().map(session).collect()
}

fn session(shown: &Value) -> Option<Session> {
    let established = (shown.get("state")?.as_str()? == "Established").then_some(0);
    Some(Session {
        peer: shown.get("id")?.as_str()?.to_owned(),
        since: established,
        ipv4: established,
        converged: established.is_some(),
        ..Session::default()
    })
}
