//! The looking glass's list of BGP peers:
//! `[{"id": "192.0.2.1", "state": "Established", "href": "http://…/looking-glass/bgp/peers/192.0.2.1"}]`.

use std::io::Read;

use serde_json::Value;

use crate::source::json_arrays;
use crate::source::routes_json::ReplyError;
use crate::source::summary::{MAX_SESSIONS, Session, can_be_peer};

/// The sessions. The looking glass reports neither the age of a session nor its number of prefixes, so both are zero.
/// BaGPipe-BGP has no IPv6 routes.
///
/// # Errors
/// When the reply is not complete, is not such a list, or has more than 1000 peers.
pub fn read(reply: &mut dyn Read) -> Result<Vec<Session>, ReplyError> {
    let mut sessions = Vec::new();
    json_arrays::read_one(reply, &mut |_, shown| {
        if sessions.len() == MAX_SESSIONS {
            return Err(format!("more than {MAX_SESSIONS} peers"));
        }
        sessions.push(session(shown).ok_or("a peer without id or state")?);
        Ok(())
    })?;
    Ok(sessions)
}

fn session(shown: &Value) -> Option<Session> {
    let established = (shown.get("state")?.as_str()? == "Established").then_some(0);
    Some(Session {
        peer: shown.get("id")?.as_str().filter(|peer| can_be_peer(peer))?.to_owned(),
        since: established,
        ipv4: established,
        converged: established.is_some(),
        ..Session::default()
    })
}
