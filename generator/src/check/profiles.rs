//! Profiles that do not do what they seem to.

use bgpcs::{Community, ProfileLeaf, Quoted, RefreshInterval, StalePathTime, UpdateMode};
use indexmap::IndexMap;

use crate::authority::{Authority, Name, UncheckedProfile};
use crate::finding::{Code, Finding, Place, Severity};

pub(super) fn check(authority: &Authority) -> Vec<Finding> {
    let names = &authority.names;
    let used = authority.routers_by_profile();
    let mut findings = Vec::new();
    for (name, profile) in &authority.profiles {
        let quoted = Quoted(names.text(*name));
        if !used.contains_key(name) {
            findings.push(Finding {
                severity: Severity::Warning,
                code: Code::ProfileUnused,
                message: format!("no router has the profile {quoted}"),
                advice: "assign it to a router, or delete it".into(),
                places: Vec::new(),
            });
        }
        findings.extend(stale_path_time_short(authority, &quoted, profile, used.get(name)));
        let mut applications: IndexMap<Community, Vec<Name>> = IndexMap::new();
        for (application, community) in profile.valid_communities(names) {
            // no-export and 65535:65281 are the same community.
            let value = community.standard().map_or(community, Community::Standard);
            applications.entry(value).or_default().push(application);
        }
        for (community, applications) in applications {
            let [first, second, ..] = applications[..] else { continue };
            let (first, second) = (Quoted(names.text(first)), Quoted(names.text(second)));
            let (message, advice) = match first.0 == second.0 {
                true => (
                    format!(
                        "profile {quoted} lists the community {community} twice, under application {first}"
                    ),
                    "remove one of the two",
                ),
                false => (
                    format!(
                        "profile {quoted} lists the community {community} under two applications, {first} and \
                         {second}, so a prefix with it belongs to both"
                    ),
                    "keep it only under the application that these prefixes belong to",
                ),
            };
            findings.push(Finding {
                severity: Severity::Warning,
                code: Code::CommunityTwice,
                message,
                advice: advice.into(),
                places: Vec::new(),
            });
        }
    }
    findings
}

/// When a query fails, the last good prefixes are at least one `refresh-interval` old. If `stale-path-time` is not
/// longer, they are too old already and are removed at once. 0 means that this is intended.
fn stale_path_time_short(
    authority: &Authority,
    quoted: &Quoted<'_>,
    profile: &UncheckedProfile,
    routers: Option<&Vec<Name>>,
) -> Option<Finding> {
    let written = |leaf| profile.settings.get(&leaf).map_or("", |value| authority.names.text(*value));
    let stays = written(ProfileLeaf::StalePathTime).parse().unwrap_or(StalePathTime::default()).get();
    let interval = written(ProfileLeaf::RefreshInterval).parse().unwrap_or(RefreshInterval::default()).get();
    let polls = written(ProfileLeaf::UpdateMode).parse().unwrap_or(UpdateMode::Poll) == UpdateMode::Poll;
    (polls && stays > 0 && stays <= interval).then(|| Finding {
        severity: Severity::Warning,
        code: Code::StalePathTimeShort,
        message: format!(
            "profile {quoted} has a stale-path-time of {stays} s and a refresh-interval of {interval} s, so the last \
             good prefixes are removed as soon as the routing engine gives no answer"
        ),
        advice: "set stale-path-time to several times refresh-interval, or to 0 if this is intended".into(),
        places: routers.into_iter().flatten().map(|router| Place::router(*router)).collect(),
    })
}
