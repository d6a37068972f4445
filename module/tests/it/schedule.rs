//! When a query is due.

use std::time::Duration;

use bgp_community_services::collect::schedule::{Trigger, full_refresh_is_due, has_settled, pause};

const INTERVAL: Duration = Duration::from_secs(60);

/// A failure that stays costs the routing engine no more than success: a twentieth of its time.
#[test]
fn pauses() {
    let millis = Duration::from_millis;
    for (trigger, took, expected) in [
        (Trigger::Urgent, millis(4000), millis(1000)),
        (Trigger::Routes, millis(1), millis(1000)),
        (Trigger::Routes, millis(1000), millis(19_000)),
        (Trigger::Routes, millis(10_000), INTERVAL),
        (Trigger::Retry(1), millis(600), millis(5000)),
        (Trigger::Retry(3), millis(600), millis(5000)),
        (Trigger::Retry(4), millis(600), millis(11_400)),
        (Trigger::Retry(4), millis(30_000), INTERVAL),
        // A refused connection takes no time.
        (Trigger::Retry(1000), millis(1), millis(5000)),
    ] {
        assert_eq!(pause(trigger, took, INTERVAL), expected, "{trigger:?} after {took:?}");
    }
}

#[test]
fn full_refreshes() {
    for (last, now, expected) in [
        (1000, 1000, false),
        (1000, 1599, false),
        (1000, 1600, true),
        // The clock was set back.
        (1000, 999, true),
        (u64::MAX, u64::MAX, true),
    ] {
        assert_eq!(full_refresh_is_due(last, 600, now), expected, "{last} {now}");
    }
}

#[test]
fn events() {
    for (since_first, since_last, expected) in
        [(400, 400, false), (500, 500, true), (4900, 10, false), (5000, 10, true)]
    {
        let [since_first, since_last] = [since_first, since_last].map(Duration::from_millis);
        assert_eq!(has_settled(since_first, since_last), expected, "{since_first:?} {since_last:?}");
    }
}
