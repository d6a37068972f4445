//! What the service costs, and how soon it follows a change.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bgpcs_testing::{Speaker, eventually};

use crate::measure::{RUNS, median};
use crate::router::{IN_USE, Router};

/// Where the new routes of two times of churn begin, beyond those of the table.
const CHURN: std::ops::Range<u32> = 1_000..2_000;

/// Figures of the service.
pub struct Service {
    /// Seconds from an announcement to its prefix in the file, the service being at rest before.
    pub announcement: f64,
    /// The same for a withdrawal.
    pub withdrawal: f64,
    /// bgpd's processor time for the service, as a share.
    pub at_rest: f64,
    pub under_churn: f64,
}

impl Service {
    /// Measures the service, which takes so many seconds to follow an announcement, and a withdrawal.
    pub fn measure(router: &mut Router, announcement: f64, withdrawal: f64) -> Self {
        // What took long is followed by a pause of 19 times as long; some more is rest.
        let rest_after = |seconds: f64| thread::sleep(Duration::from_secs_f64(5.0 + 25.0 * seconds));
        let churn_alone = bgpd_share_during(router, |router| churn(router, CHURN.start));
        let output = router.output();
        let has = |text: &str| fs::read_to_string(&output).is_ok_and(|file| file.contains(text));
        fs::remove_file(&output).unwrap();
        let _process = Ended(router.module("watch").stdin(Stdio::null()).spawn().unwrap());
        eventually("the service has written its file", || has("12076:5100"));
        rest_after(withdrawal);
        let at_rest = bgpd_share_during(router, |_| thread::sleep(Duration::from_secs(20)));
        let written = || fs::metadata(&output).and_then(|file| file.modified()).unwrap();
        let routes = router.routes;
        let speaker = router.speaker();
        let mut latency = |is_announced: bool, usual: f64| {
            let of_route = |index| {
                let prefix = Speaker::prefix(index);
                let (before, began) = (written(), Instant::now());
                match is_announced {
                    true => speaker.announce(std::iter::once(index), Some((12076, IN_USE[0]))),
                    false => speaker.withdraw(std::iter::once(index)),
                }
                // Read only when it was replaced: to read it over and over would take the processor from bgpd.
                eventually("the change is in the file", || {
                    written() != before && has(&prefix) == is_announced
                });
                let latency = began.elapsed().as_secs_f64();
                rest_after(usual);
                latency
            };
            median((routes + 1..=routes + RUNS).map(of_route).collect(), |latency| *latency)
        };
        let (announcement, withdrawal) = (latency(true, announcement), latency(false, withdrawal));
        let under_churn = bgpd_share_during(router, |router| churn(router, CHURN.end)) - churn_alone;
        Self { announcement, withdrawal, at_rest, under_churn }
    }
}

/// A minute of five changes a second, of routes that carry none of the communities.
fn churn(router: &mut Router, first: u32) {
    let first = router.routes + first;
    for index in first..first + 300 {
        router.speaker().announce(std::iter::once(index), None);
        thread::sleep(Duration::from_millis(200));
    }
}

/// bgpd's processor time during an action, as a share of the time that it takes.
fn bgpd_share_during(router: &mut Router, action: impl FnOnce(&mut Router)) -> f64 {
    let (cpu, began) = (router.bgpd.processor_seconds(), Instant::now());
    action(router);
    (router.bgpd.processor_seconds() - cpu) / began.elapsed().as_secs_f64()
}

/// A process that ends with this value.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
