//! Inbound BGP policies that remove communities which a profile needs.

use std::collections::{HashMap, HashSet};

use bgpcs::{Community, Quoted, StandardCommunity, WellKnown};
use bgpcs_display::listed;
use indexmap::IndexMap;
use regex_lite::Regex;

use crate::authority::{Authority, Filter, Name, PolicyAction};
use crate::finding::{Code, Finding, Place, Severity};

pub(super) fn check(authority: &Authority) -> Vec<Finding> {
    let mut findings = Vec::new();
    let filters = authority.filters.iter();
    let filters: HashMap<Name, Vec<CompiledRule>> =
        filters.map(|(name, filter)| (*name, rules(authority, *name, filter, &mut findings))).collect();
    for (profile_name, profile, routers) in authority.assigned_profiles() {
        // The actions only change these communities, not large communities and route targets.
        let wanted: HashSet<StandardCommunity> = profile
            .valid_communities(&authority.names)
            .filter_map(|(_, community)| community.standard())
            .collect();
        let mut neighbors: IndexMap<Name, Vec<Place>> = IndexMap::new();
        for router in routers {
            for (address, policy) in authority.routers.get(&router).iter().flat_map(|r| &r.inbound_policies) {
                neighbors.entry(*policy).or_default().push(Place::neighbor(router, *address));
            }
        }
        for (policy, places) in neighbors {
            let mut walk = Walk {
                authority,
                filters: &filters,
                wanted: &wanted,
                visited: HashSet::new(),
                losses: Vec::new(),
            };
            walk.policy(policy, true);
            findings
                .extend(walk.losses.into_iter().map(|loss| loss.finding(authority, profile_name, &places)));
        }
    }
    findings
}

/// A statement that removes communities.
struct Loss {
    policy: Name,
    statement: Name,
    /// The action that removes them.
    cause: String,
    communities: Vec<StandardCommunity>,
    /// Whether it is executed for every route.
    always: bool,
}

impl Loss {
    fn finding(self, authority: &Authority, profile: Name, places: &[Place]) -> Finding {
        let names = &authority.names;
        let communities = listed(self.communities.iter(), self.communities.len());
        let routes = if self.always { "every route" } else { "the routes that its conditions match" };
        Finding {
            severity: if self.always { Severity::Error } else { Severity::Warning },
            code: Code::PolicyStripsCommunity,
            message: format!(
                "inbound policy {} statement {}: {} removes {} of profile {} from {routes}",
                Quoted(names.text(self.policy)),
                Quoted(names.text(self.statement)),
                self.cause,
                communities,
                Quoted(names.text(profile))
            ),
            advice: "make the action additive, let its filter reject these communities, or use others in the profile"
                .into(),
            places: places.to_vec(),
        }
    }
}

/// A walk through a policy and the policies that it calls.
struct Walk<'a> {
    authority: &'a Authority,
    filters: &'a HashMap<Name, Vec<CompiledRule>>,
    wanted: &'a HashSet<StandardCommunity>,
    visited: HashSet<Name>,
    losses: Vec<Loss>,
}

impl Walk<'_> {
    /// Walks through the statements of a policy; `always`: the policy is executed for every route.
    fn policy(&mut self, name: Name, always: bool) {
        if !self.visited.insert(name) {
            return;
        }
        let authority = self.authority;
        let names = &authority.names;
        let Some(policy) = authority.policies.get(&name) else { return };
        for (statement_name, statement) in &policy.statements {
            let always = always && statement.conditions.is_empty();
            let rejects =
                statement.decision.is_some_and(|text| matches!(names.text(text), "reject" | "deny"));
            let mut continues = false;
            for (kind, action) in statement.actions.iter().filter(|_| !rejects) {
                let lost = match names.text(*kind) {
                    "set-community" => self.replaced(action),
                    "remove-community" => self.removed(action),
                    "call" => {
                        action.policy.into_iter().for_each(|policy| self.policy(policy, always));
                        continue;
                    }
                    "continue" => {
                        continues = true;
                        continue;
                    }
                    // The other actions do nothing to communities.
                    _ => continue,
                };
                if let Some((cause, mut communities)) =
                    lost.filter(|(_, communities)| !communities.is_empty())
                {
                    communities.sort_unstable();
                    let (policy, statement) = (name, *statement_name);
                    self.losses.push(Loss { policy, statement, cause, communities, always });
                }
            }
            // This statement matches every route, so no route reaches the next one.
            if statement.conditions.is_empty() && !continues {
                return;
            }
        }
    }

    /// The action in words, and the wanted communities that a route loses by `set-community`.
    fn replaced(&self, action: &PolicyAction) -> Option<(String, Vec<StandardCommunity>)> {
        if action.additive {
            return None;
        }
        let names = &self.authority.names;
        let kept: HashSet<StandardCommunity> = action
            .communities
            .iter()
            .filter_map(|text| names.text(*text).parse().ok())
            .filter_map(|community: Community| community.standard())
            .collect();
        let lost = self.wanted.difference(&kept).copied().collect();
        Some(("set-community without additive".to_owned(), lost))
    }

    /// The action in words, and the wanted communities that a route loses by `remove-community`.
    fn removed(&self, action: &PolicyAction) -> Option<(String, Vec<StandardCommunity>)> {
        let filter = action.filter?;
        let rules = self.filters.get(&filter)?;
        let lost = self.wanted.iter().copied().filter(|community| accept(rules, *community)).collect();
        let quoted = Quoted(self.authority.names.text(filter));
        Some((format!("remove-community with filter {quoted}"), lost))
    }
}

/// A rule of a filter, with its regular expression compiled.
struct CompiledRule {
    expression: Regex,
    accepts: bool,
}

/// The rules of a filter that are about communities. A rule that cannot be compiled becomes a finding.
fn rules(
    authority: &Authority,
    name: Name,
    filter: &Filter,
    findings: &mut Vec<Finding>,
) -> Vec<CompiledRule> {
    let names = &authority.names;
    let mut rules = Vec::new();
    for (rule_name, rule) in &filter.rules {
        let Some(text) = rule.community.map(|text| names.text(text)) else { continue };
        // In FRR an underscore matches a delimiter, the start or the end of the text.
        match Regex::new(&text.replace('_', "(?:^|[,{}() ]|$)")) {
            Ok(expression) => rules.push(CompiledRule {
                expression,
                accepts: rule.decision.is_none_or(|decision| names.text(decision) != "reject"),
            }),
            Err(error) => findings.push(Finding {
                severity: Severity::Warning,
                code: Code::FilterNotUnderstood,
                message: format!(
                    "filter {} rule {}: the regular expression {} cannot be checked: {error}",
                    Quoted(names.text(name)),
                    Quoted(names.text(*rule_name)),
                    Quoted(text)
                ),
                advice: "check by hand what policies with this filter do to communities of profiles".into(),
                places: Vec::new(),
            }),
        }
    }
    rules
}

/// Whether the filter accepts the community: the first rule that matches decides; if none matches, it is rejected.
fn accept(rules: &[CompiledRule], community: StandardCommunity) -> bool {
    let texts = texts(community);
    let first = rules.iter().find(|rule| texts.iter().any(|text| rule.expression.is_match(text)));
    first.is_some_and(|rule| rule.accepts)
}

/// The texts by which the routing engine may know a community: its numbers, and the names of a well-known one.
fn texts(community: StandardCommunity) -> Vec<String> {
    let known = WellKnown::all().filter(|known| known.value() == community);
    std::iter::once(community.to_string()).chain(known.map(|known| known.name().to_owned())).collect()
}
