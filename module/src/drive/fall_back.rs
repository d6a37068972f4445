//! A run without an answer: what stays of the last good prefixes, and for how long.

use bgp_community_services_cli::SourceChoice;
use bgpcs::{StalePathTime, UnixTime};

use crate::collect::error::CollectError;
use crate::collect::gather::Resolution;
use crate::collect::guard::Guards;
use crate::collect::last_answers::LastAnswers;
use crate::collect::last_good::{LastGood, LastOutput};
use crate::collect::services::Services;
use crate::collect::snapshot::Snapshot;
use crate::collect::state::{Outcome, RunFailure, State};
use crate::collect::understood::Understood;
use crate::drive::ending::{Ending, RunError};
use crate::drive::failure;
use crate::publish::output::OutputFile;
use crate::settings::Settings;

/// What is published without an answer: the last good prefixes, for as long as they may stay.
pub(super) fn fall_back(
    settings: &Settings,
    earlier: &State,
    understood: Option<&Understood>,
    error: RunError,
    now: UnixTime,
) -> Ending {
    let known = understood.map(|understood| &understood.configuration).or(earlier.configuration.as_ref());
    let stale_path_time = known.map_or(StalePathTime::default(), |known| known.stale_path_time);
    let last_good = earlier.last_good.as_ref();
    let stays = |warnings| Resolution {
        services: last_good_services(settings, earlier, understood, stale_path_time, now),
        counts: earlier.communities.clone(),
        left_out: earlier.left_out.clone(),
        warnings,
        snapshot: Snapshot::default(),
    };
    let is_standby = known.is_some_and(|known| known.high_availability) && is_inactive(settings, &error);
    if let Some(last_good) = last_good.filter(|_| is_standby) {
        let warning =
            format!("the routing engine is not active on this node ({error}); the last good prefixes stay");
        // The age of the last good prefixes counts from when the routing engine was last known to be on the other node.
        let last_good = Some(LastGood { time: now, ..last_good.clone() });
        let (resolution, kept) = (stays(vec![warning]), earlier.kept.clone());
        Ending { outcome: Outcome::Standby, resolution, last_good, failures: Vec::new(), kept }
    } else if last_good.is_some_and(|good| good.may_stay(stale_path_time, now)) {
        let (resolution, kept) = (stays(Vec::new()), earlier.kept.clone());
        let failures = vec![failure::of(&error)];
        Ending { outcome: Outcome::Held, resolution, last_good: None, failures, kept }
    } else {
        let resolution = Resolution::default();
        let failures = vec![failure::of(&error)];
        Ending { outcome: Outcome::Failed, resolution, last_good: None, failures, kept: Vec::new() }
    }
}

/// The last good prefixes, without those of communities that were stale before and stayed long enough.
fn last_good_services(
    settings: &Settings,
    earlier: &State,
    understood: Option<&Understood>,
    stale_path_time: StalePathTime,
    now: UnixTime,
) -> Services {
    let configuration = understood.map(|understood| &understood.configuration);
    let output = OutputFile(&settings.output);
    let of_applications = || {
        let last_good = earlier.last_good.as_ref();
        last_good.map(|good| good.services(&output, configuration, &earlier.kept)).unwrap_or_default()
    };
    let last_answers = LastAnswers::new(&settings.state_dir, earlier, &of_applications, stale_path_time, now);
    // Communities that were stale before may have to go before the others.
    let is_of_community = |failure: &RunFailure| failure.community.is_some();
    let by_community = configuration.filter(|_| earlier.failures.iter().any(is_of_community));
    let by_community = by_community.and_then(|configuration| last_answers.all(configuration));
    let last = of_applications();
    let mut services = match by_community {
        Some(mut services) => {
            // What these keep is not among the answers.
            let kept = earlier.kept.iter().map(|kept| &kept.application);
            kept.for_each(|name| services.add(name, last.get(name)));
            services
        }
        None => last,
    };
    if let Some(understood) = understood {
        keep_unknown(&mut services, understood, &output);
    }
    services
}

/// Adds what the applications have in the output file whose configuration is not understood.
fn keep_unknown(services: &mut Services, understood: &Understood, output: &OutputFile<'_>) {
    let unknown = &understood.unknown.applications;
    if !unknown.is_empty() {
        let mut last = output.services();
        last.guard(&Guards::of(&understood.configuration));
        unknown.iter().for_each(|unknown| services.add(&unknown.application, last.get(&unknown.application)));
    }
}

/// Whether the routing engine does not run on this node, which is no failure on a node of an HA pair. A bgpd leaves its
/// socket behind when it ends, so what counts is that nobody listens.
fn is_inactive(settings: &Settings, error: &RunError) -> bool {
    settings.source == SourceChoice::Auto
        && matches!(error, RunError::Collect(CollectError::Source { source, .. }) if source.kind.nobody_listens())
}
