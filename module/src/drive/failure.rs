//! What went wrong in a run, as its state and the output file say it, and as it is told on standard error.

use std::error::Error;

use bgpcs::PLUGIN;

use crate::collect::error::CommunityFailure;
use crate::collect::kept::{Kept, KeptError};
use crate::collect::state::{RunFailure, State};
use crate::error_text::{causes, one_line};
use crate::instance::Instance;

/// The failure as the state and the output file say it.
pub fn of(error: &dyn Error) -> RunFailure {
    RunFailure {
        text: error.to_string(),
        causes: causes(error).into_iter().skip(1).collect(),
        application: None,
        community: None,
        instance: Instance::Default,
        last_good: None,
    }
}

/// The failure of one community.
pub fn of_community(CommunityFailure { error, last_good }: &CommunityFailure) -> RunFailure {
    let (application, community, instance) = error.subject();
    RunFailure {
        application: Some(application.clone()),
        community: Some(*community),
        instance: instance.clone(),
        last_good: *last_good,
        ..of(error)
    }
}

/// The failure of an application as a whole. No query can mend it, so it has no community.
pub fn of_application(error: &KeptError, kept: &[Kept]) -> RunFailure {
    let kept = kept.iter().find(|kept| kept.application == *error.application());
    RunFailure {
        application: Some(error.application().clone()),
        last_good: kept.map(|kept| kept.since),
        ..of(error)
    }
}

/// Reports failures on standard error. `only_new`: without those of the last run.
pub fn report(failures: &[RunFailure], last: &State, only_new: bool) {
    let is_known = |failure: &&RunFailure| {
        let mut known = last.error.iter().chain(&last.failures);
        only_new && known.any(|known| known.text == failure.text && known.causes == failure.causes)
    };
    for failure in failures.iter().filter(|failure| !is_known(failure)) {
        let texts = std::iter::once(failure.text.as_str()).chain(failure.causes.iter().map(String::as_str));
        eprintln!("{}; see how to fix it with: {PLUGIN} doctor", one_line(texts));
    }
}
