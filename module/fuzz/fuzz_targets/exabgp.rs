//! A line from ExaBGP: one that is not understood is reported, and repeated lines add no sessions.
#![no_main]

use bgp_community_services::source::exabgp::{ExaBgp, LineEffect, event};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut exabgp = ExaBgp::new(1);
    for line in bytes.split(|byte| *byte == b'\n') {
        let understood = event::read(line);
        let effect = exabgp.apply(line);
        assert!(understood.is_ok() || effect == LineEffect::Changed, "a line that is not understood is reported");
    }
    let sessions = exabgp.sessions();
    for line in bytes.split(|byte| *byte == b'\n') {
        exabgp.apply(line);
    }
    assert_eq!(exabgp.sessions().sessions.len(), sessions.sessions.len());
});
