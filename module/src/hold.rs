//! What stays in the output file when a run failed. Values in, values out.

use bgpcs::{ApplicationName, ModuleConfiguration, StalePathTime};

use crate::services::Services;
use crate::state::{LastGood, UnixTime};

/// Whether what `last_good` found may still stand at `now`.
///
/// A stamp in the future, left when the clock was set back, does not count: the age is then unknown, and
/// [`remember`] has it begin anew.
pub fn holds(last_good: &LastGood, stale_path_time: StalePathTime, now: UnixTime) -> bool {
    now.saturating_sub(last_good.time) < u64::from(stale_path_time.get())
}

/// The last good run as it is to be remembered at `now`: never from the future, which would hold for ever.
pub fn remember(last_good: LastGood, now: UnixTime) -> LastGood {
    LastGood { time: last_good.time.min(now), ..last_good }
}

/// Keeps of `services` the applications that still ask for the same communities as in the last good run; all of them,
/// when there is no configuration to tell.
pub fn keep_unchanged(
    services: &mut Services,
    last_good: &LastGood,
    configuration: Option<&ModuleConfiguration>,
) {
    let Some(configuration) = configuration else { return };
    let unchanged = |name: &ApplicationName| {
        let now =
            configuration.applications.iter().filter(|application| application.application_name == *name);
        let then = last_good.applications.iter().filter(|application| application.application_name == *name);
        now.map(|application| &application.bgp_community)
            .eq(then.map(|application| &application.bgp_community))
    };
    services.retain(unchanged);
}
