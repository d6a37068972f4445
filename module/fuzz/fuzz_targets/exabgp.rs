//! A line from ExaBGP: what is understood changes the routes and nothing else, and a line told twice changes them once.
#![no_main]

use bgp_community_services::source::exabgp::{event, ExaBgp, LineEffect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut exabgp = ExaBgp::new(1);
    for line in bytes.split(|byte| *byte == b'\n') {
        let understood = event::read(line);
        let taken = exabgp.take(line);
        assert!(understood.is_ok() || taken == Taken::Change, "a line that is not understood has to be told");
    }
    let sessions = exabgp.sessions();
    for line in bytes.split(|byte| *byte == b'\n') {
        exabgp.take(line);
    }
    assert_eq!(exabgp.sessions().sessions.len(), sessions.sessions.len());
});
