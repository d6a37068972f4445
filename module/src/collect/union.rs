//! Puts together what the instances of BGP resolve to. Values in, values out.

use bgpcs::ModuleConfiguration;

use crate::collect::error::{CollectError, CommunityFailure};
use crate::collect::gather::{Gathered, Resolution};
use crate::collect::plan::Part;
use crate::collect::services::{PrefixLimit, Services};

/// The union of what each instance brings.
pub struct Union<'c> {
    configuration: &'c ModuleConfiguration,
    gathered: Gathered,
}

impl<'c> Union<'c> {
    /// Nothing yet.
    pub fn of(configuration: &'c ModuleConfiguration) -> Self {
        let names = configuration.applications.iter().map(|application| &application.application_name);
        let resolution = Resolution { services: Services::of(names), ..Resolution::default() };
        Self { configuration, gathered: Gathered { resolution, ..Gathered::default() } }
    }

    /// Adds what an instance brings.
    ///
    /// # Errors
    /// When the applications have more prefixes than `max-prefixes`.
    pub fn add(&mut self, part: &Part, gathered: Gathered) -> Result<(), CollectError> {
        let Gathered { resolution, refused, failures, any_answer } = gathered;
        let whole = &mut self.gathered.resolution;
        whole.services.absorb(resolution.services);
        whole.counts.extend(resolution.counts);
        whole.snapshot.absorb(resolution.snapshot);
        for warning in resolution.warnings {
            if !whole.warnings.contains(&warning) {
                whole.warnings.push(warning);
            }
        }
        self.gathered.refused.absorb(refused);
        self.gathered.failures.extend(failures);
        self.gathered.any_answer |= any_answer;
        let (found, limit) = (whole.services.prefix_count(), PrefixLimit(self.configuration.max_prefixes));
        let first = part.configuration.applications.first();
        let listed =
            first.and_then(|application| application.bgp_community.first().map(|one| (application, one)));
        match listed {
            Some((application, community)) if found > limit.get() => Err(CollectError::TooManyPrefixes {
                found,
                limit,
                application: application.application_name.clone(),
                community: *community,
                instance: part.instance.clone(),
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// The result, and which communities are not up to date.
    ///
    /// # Errors
    /// The first failure, when no query was answered.
    pub fn finish(self) -> Result<(Resolution, Vec<CommunityFailure>), CollectError> {
        let Gathered { mut resolution, refused, mut failures, any_answer } = self.gathered;
        if !any_answer && !failures.is_empty() {
            return Err(failures.swap_remove(0).error);
        }
        resolution.left_out = refused.told();
        Ok((resolution, failures))
    }
}
