//! Which applications keep what they had, although the routing engine answers: those that would lose too much at once, and
//! those whose configuration is not understood. Values in, values out.

use bgpcs::{Application, ApplicationName, LargestLoss, ModuleConfiguration, UnixTime};

use crate::collect::error::CommunityFailure;
use crate::collect::guard::Guards;
use crate::collect::kept::{Kept, KeptError, SuddenLoss, may_stay};
use crate::collect::last_good::LastOutput;
use crate::collect::loss::{KeptPrefixes, LossRule, Recent};
use crate::collect::recent::{MOST_REMEMBERED, RecentPrefixes};
use crate::collect::services::{PrefixLimit, Services};
use crate::collect::state::RunFailure;
use crate::collect::understood::Unknown;
use crate::prefix::{Prefix, missing};

/// The applications that keep what they had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keeping {
    /// Each with the time for which it keeps it.
    pub kept: Vec<Kept>,
    /// Why; also of an application that has nothing to keep any more.
    pub errors: Vec<KeptError>,
    /// What is to be remembered, to tell a sudden loss.
    pub recent: RecentPrefixes,
}

/// Finds the applications that keep what they had, and adds that to what was found.
pub struct Keep<'k> {
    /// The configuration, as far as it is understood.
    pub configuration: &'k ModuleConfiguration,
    /// When the last good run began; none without such a run.
    pub last_good: Option<UnixTime>,
    /// The present.
    pub now: UnixTime,
    /// What was found.
    pub services: &'k mut Services,
    /// What is unusual about it.
    pub warnings: &'k mut Vec<String>,
    /// What was found out so far.
    pub keeping: Keeping,
}

impl Keep<'_> {
    /// Lets each application keep what it had if it would lose more than `largest-loss`. `load` gets what is remembered from
    /// the last good run; the `failures` are of this one, those `before` of the last one.
    pub fn sudden_losses(
        &mut self,
        load: &dyn Fn() -> Option<RecentPrefixes>,
        failures: &[CommunityFailure],
        before: &[RunFailure],
    ) {
        let ModuleConfiguration { largest_loss, stale_path_time, max_prefixes, .. } = *self.configuration;
        if largest_loss.get() == LargestLoss::MAX {
            return;
        }
        let (configuration, now) = (self.configuration, self.now);
        let most = usize::try_from(max_prefixes.get()).unwrap_or(usize::MAX);
        // Older prefixes are no longer in the output file.
        let is_comparable = self.last_good.is_some_and(|time| may_stay(time, stale_path_time, now));
        let mut known = load().filter(|_| is_comparable).unwrap_or_default();
        // What is there goes before what is gone: without it there is nothing to compare with.
        let mut room =
            MOST_REMEMBERED.checked_sub(usize::try_from(self.services.prefix_count()).unwrap_or(usize::MAX));
        for application in &configuration.applications {
            let name = &application.application_name;
            let Some(room) = &mut room else {
                self.warnings.push(format!(
                    "largest-loss has no effect, since there are more than {MOST_REMEMBERED} prefixes to compare with"
                ));
                return;
            };
            let rule = LossRule { largest: largest_loss, stale_path_time, most: most.min(*room), now };
            let found = self.services.get(name).to_vec();
            let recent = known.take(configuration, application).filter(|_| !lets_go(failures, before, name));
            let (mut next, loss) =
                recent.map_or_else(|| (Recent::of(&found), None), |recent| recent.then(&found, &rule));
            if let Some((loss, kept)) = loss.zip(next.kept.as_ref())
                && !self.keep_lost(application, loss, kept, *room)
            {
                next = Recent::of(&found);
            }
            *room = room.saturating_sub(next.size() - found.len());
            self.keeping.recent.add(configuration, application, next);
        }
    }

    /// Lets an application keep what it had, if there is room for that in the output file, and for so many beside all others
    /// in what is remembered.
    fn keep_lost(
        &mut self,
        application: &Application,
        loss: SuddenLoss,
        kept: &KeptPrefixes,
        room: usize,
    ) -> bool {
        let KeptPrefixes { since, prefixes } = kept;
        let Application { application_name: name, bgp_community, .. } = application;
        let fits = prefixes.len() <= room;
        if !fits {
            self.warnings.push(format!(
                "application {name} does not keep what it had, since that would be more than {MOST_REMEMBERED} prefixes to \
                 remember"
            ));
        }
        if !fits || !self.add(name, prefixes) {
            return false;
        }
        let ModuleConfiguration { largest_loss: largest, stale_path_time, .. } = *self.configuration;
        self.keeping.kept.push(Kept { application: name.clone(), since: *since, loss: Some(loss) });
        self.keeping.errors.extend(bgp_community.first().map(|community| KeptError::Loss {
            largest,
            until: since.saturating_add(stale_path_time.get().into()),
            application: name.clone(),
            community: *community,
        }));
        true
    }

    /// Lets each application that is not understood keep what it has in the output file of the last run. `earlier` are
    /// those that kept something in the last run.
    pub fn not_understood(&mut self, unknown: &Unknown, earlier: &[Kept], output: &dyn LastOutput) {
        if unknown.applications.is_empty() {
            return;
        }
        let last = output.services();
        for unknown in &unknown.applications {
            let name = &unknown.application;
            let earlier = earlier.iter().find(|kept| kept.is_not_understood(name));
            let since = earlier.map(|kept| kept.since).or(self.last_good).map(|since| since.min(self.now));
            let may_stay = |since: &UnixTime| may_stay(*since, self.configuration.stale_path_time, self.now);
            if let Some(since) = since.filter(may_stay)
                && !last.get(name).is_empty()
                && self.add(name, last.get(name))
            {
                self.keeping.kept.push(Kept { application: name.clone(), since, loss: None });
            }
            self.keeping.errors.push(KeptError::NotUnderstood {
                reason: unknown.reason.clone(),
                application: name.clone(),
                community: unknown.community.clone(),
            });
        }
    }

    /// Adds what an application had, as far as the guards admit it, if there may be so many prefixes.
    fn add(&mut self, application: &ApplicationName, had: &[Prefix]) -> bool {
        let guards = Guards::of(self.configuration);
        let guards = guards.of_application(application);
        let found = self.services.get(application);
        let admitted: Vec<Prefix> = had.iter().copied().filter(|prefix| guards.admits(*prefix)).collect();
        let more = missing(&admitted, found).count();
        let limit = PrefixLimit(self.configuration.max_prefixes);
        let has_room = self.services.prefix_count() + more as u64 <= limit.get();
        match has_room {
            true => self.services.add(application, &admitted),
            false => self.warnings.push(format!(
                "application {application} does not keep what it had, since that would be more than {limit}"
            )),
        }
        has_room
    }
}

/// Whether the time is over now for which prefixes of an application stayed without an answer: that these go is no loss. What
/// failed without any prefixes in the last run already has nothing to let go.
fn lets_go(failures: &[CommunityFailure], before: &[RunFailure], application: &ApplicationName) -> bool {
    let is_over =
        |failure: &&CommunityFailure| failure.last_good.is_none() && failure.error.subject().0 == application;
    failures.iter().filter(is_over).any(|failure| {
        let (application, community, instance) = failure.error.subject();
        before.iter().any(|before| {
            before.last_good.is_some()
                && before.application.as_ref() == Some(application)
                && before.community.as_ref() == Some(community)
                && before.instance == *instance
        })
    })
}
