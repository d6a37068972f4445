//! The neighbors and the summary: no reply brings the parser down.
#![no_main]

use bgp_community_services::source::bgpd::summary;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(sessions) = summary::read_sessions(bytes) {
        assert!(sessions.iter().all(|session| session.since.is_some() || !session.converged));
    }
    drop(summary::read_table(bytes));
});
