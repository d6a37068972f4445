//! The sessions of all instances of BGP that count, and what became of them. Values in, values out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::instance::Instance;
use crate::source::summary::Session;

/// A session of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct InstanceSession {
    /// Of which instance.
    #[serde(default, rename = "vrf", skip_serializing_if = "Instance::is_default")]
    pub instance: Instance,
    /// The session.
    #[serde(flatten)]
    pub session: Session,
}

/// What became of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// It was not established and is now.
    Established,
    /// It was established and is not.
    Lost,
    /// It was established, ended, and is established again.
    Restarted,
}

/// The sessions of an instance, as they are kept together.
pub fn of_instance<'s>(
    instance: &'s Instance,
    sessions: &'s [Session],
) -> impl Iterator<Item = InstanceSession> + 's {
    sessions.iter().map(|session| InstanceSession { instance: instance.clone(), session: session.clone() })
}

/// The sessions that began or ended from `before` to `now`.
pub fn changes<'s>(
    before: &'s [InstanceSession],
    now: &'s [InstanceSession],
) -> Vec<(&'s InstanceSession, SessionState)> {
    let key = |session: &InstanceSession| {
        let InstanceSession { instance, session } = session;
        (instance.clone(), session.peer.clone(), session.local.clone())
    };
    let earlier: BTreeMap<_, _> = before.iter().map(|session| (key(session), &session.session)).collect();
    let present: BTreeSet<_> = now.iter().map(key).collect();
    let of_now = now.iter().filter_map(|session| {
        let earlier = earlier.get(&key(session)).filter(|earlier| earlier.since.is_some());
        match (earlier, session.session.since.is_some()) {
            (Some(earlier), true) if earlier.same(&session.session) => None,
            (Some(_), true) => Some((session, SessionState::Restarted)),
            (Some(_), false) => Some((session, SessionState::Lost)),
            (None, true) => Some((session, SessionState::Established)),
            (None, false) => None,
        }
    });
    let was_removed =
        |session: &&InstanceSession| session.session.since.is_some() && !present.contains(&key(session));
    let removed = before.iter().filter(was_removed).map(|session| (session, SessionState::Lost));
    of_now.chain(removed).collect()
}
