//! Puts the parts of an authority together, as the readers find them.

use std::hash::Hash;
use std::io::Read;
use std::mem::take;

use bgpcs::ApplicationLeaf;
use indexmap::{IndexMap, IndexSet};

use super::content::{
    Authority, Filter, FilterRule, Node, Policy, PolicyAction, PolicyStatement, Router, Service,
    UncheckedApplication, UncheckedProfile,
};
use super::names::Name;
use crate::read::schema::{Branch, Element, Leaf, SchemaNode};
use crate::read::{End, ReadError, Sink, read};

/// The modes of application identification that run modules. Whatever later releases add is no error.
const MODULE_MODES: [&str; 2] = ["module", "all"];

/// The entries of lists that have begun and not ended.
#[derive(Debug, Default)]
struct OpenEntries {
    profile: OpenEntry<UncheckedProfile>,
    application: OpenEntry<UncheckedApplication>,
    router: OpenEntry<Router>,
    node: OpenEntry<Node>,
    neighbor: OpenEntry<Vec<Name>>,
    service: OpenEntry<Service>,
    applies_to: OpenEntry<Vec<Name>>,
    filter: OpenEntry<Filter>,
    rule: OpenEntry<FilterRule>,
    policy: OpenEntry<Policy>,
    statement: OpenEntry<PolicyStatement>,
    condition: OpenEntry<()>,
    action: OpenEntry<PolicyAction>,
}

/// An entry of a list that has begun, with its key as soon as it is known.
#[derive(Debug, Default)]
struct OpenEntry<T> {
    key: Option<Name>,
    content: T,
}

/// Reads a configuration in any form and gathers its authority.
///
/// # Errors
/// When the configuration could not be read to its end.
pub fn gather(input: impl Read) -> Result<(Authority, End), ReadError> {
    let mut gathering = Gathering::default();
    let end = read(input, &mut gathering)?;
    Ok((gathering.authority, end))
}

/// The authority so far.
#[derive(Debug, Default)]
struct Gathering {
    authority: Authority,
    open: OpenEntries,
}

impl Sink for Gathering {
    fn enter(&mut self, node: &'static SchemaNode) {
        let Element::Branch(branch) = node.element else { return };
        let open = &mut self.open;
        match branch {
            Branch::Profile => open.profile = OpenEntry::default(),
            Branch::Application => open.application = OpenEntry::default(),
            Branch::Router => open.router = OpenEntry::default(),
            Branch::Node => open.node = OpenEntry::default(),
            Branch::Neighbor => open.neighbor = OpenEntry::default(),
            Branch::Service => open.service = OpenEntry::default(),
            Branch::AppliesTo => open.applies_to = OpenEntry::default(),
            Branch::Filter => open.filter = OpenEntry::default(),
            Branch::Rule => open.rule = OpenEntry::default(),
            Branch::Policy => open.policy = OpenEntry::default(),
            Branch::Statement => open.statement = OpenEntry::default(),
            Branch::Condition => open.condition = OpenEntry::default(),
            Branch::Action => open.action = OpenEntry::default(),
            Branch::Authority | Branch::ApplicationIdentification | Branch::Routing | Branch::Between => {}
        }
    }

    fn leaf(&mut self, node: &'static SchemaNode, text: &str) {
        let Element::Leaf(leaf) = node.element else { return };
        let text = node.value(text);
        let open = &mut self.open;
        let names = &mut self.authority.names;
        match leaf {
            Leaf::ProfileName => open.profile.key = Some(names.add(text)),
            Leaf::ApplicationName => open.application.key = Some(names.add(text)),
            Leaf::BgpCommunity => drop(open.application.content.communities.insert(names.add(text))),
            Leaf::Application(leaf) => {
                let part = [(leaf, IndexSet::from([names.add(text)]))];
                merge_leaves(&mut open.application.content.leaves, part);
            }
            Leaf::Profile(leaf) => drop(open.profile.content.settings.insert(leaf, names.add(text))),
            Leaf::RouterName => open.router.key = Some(names.add(text)),
            Leaf::RouterProfile => open.router.content.profile = Some(names.add(text)),
            Leaf::RouterGroup => open.router.content.groups.push(names.add(text)),
            Leaf::RouterVrf => open.router.content.vrfs.push(names.add(text)),
            Leaf::Mode => open.router.content.has_module_mode |= MODULE_MODES.contains(&text),
            Leaf::NodeName => open.node.key = Some(names.add(text)),
            Leaf::AssetId => open.node.content.asset_id = Some(names.add(text)),
            Leaf::NeighborAddress => open.neighbor.key = Some(names.add(text)),
            Leaf::InboundPolicy => open.neighbor.content.push(names.add(text)),
            Leaf::ServiceName => open.service.key = Some(names.add(text)),
            Leaf::ServiceApplicationName => drop(open.service.content.patterns.insert(names.add(text))),
            Leaf::ServiceEnabled => open.service.content.is_disabled = text == "false",
            Leaf::AppliesToType => open.applies_to.key = Some(names.add(text)),
            Leaf::AppliesToName => open.applies_to.content.push(names.add(text)),
            Leaf::FilterName => open.filter.key = Some(names.add(text)),
            Leaf::RuleName => open.rule.key = Some(names.add(text)),
            Leaf::RuleDecision => open.rule.content.decision = Some(names.add(text)),
            Leaf::RuleCommunity => open.rule.content.community = Some(names.add(text)),
            Leaf::PolicyName => open.policy.key = Some(names.add(text)),
            Leaf::StatementName => open.statement.key = Some(names.add(text)),
            Leaf::StatementDecision => open.statement.content.decision = Some(names.add(text)),
            Leaf::ConditionType => open.condition.key = Some(names.add(identity(text))),
            Leaf::ActionType => open.action.key = Some(names.add(identity(text))),
            Leaf::ActionFilter => open.action.content.filter = Some(names.add(text)),
            Leaf::ActionCommunity => drop(open.action.content.communities.insert(names.add(text))),
            Leaf::ActionAdditive => open.action.content.additive = true,
            Leaf::ActionPolicy => open.action.content.policy = Some(names.add(text)),
            Leaf::Between => {}
        }
    }

    fn leave(&mut self, node: &'static SchemaNode) {
        let Element::Branch(branch) = node.element else { return };
        let Self { authority, open } = self;
        let closed = match branch {
            Branch::Profile => close(&mut open.profile, &mut authority.profiles),
            Branch::Application => close(&mut open.application, &mut open.profile.content.applications),
            Branch::Router => close(&mut open.router, &mut authority.routers),
            Branch::Node => close(&mut open.node, &mut open.router.content.nodes),
            Branch::Neighbor => {
                let OpenEntry { key, content: policies } = take(&mut open.neighbor);
                let pairs = key.map(|address| policies.into_iter().map(move |policy| (address, policy)));
                add_new(&mut open.router.content.inbound_policies, pairs.into_iter().flatten());
                key.is_some()
            }
            Branch::Service => close(&mut open.service, &mut authority.services),
            Branch::AppliesTo => close(&mut open.applies_to, &mut open.service.content.applies_to),
            Branch::Filter => close(&mut open.filter, &mut authority.filters),
            Branch::Rule => close(&mut open.rule, &mut open.filter.content.rules),
            Branch::Policy => close(&mut open.policy, &mut authority.policies),
            Branch::Statement => close(&mut open.statement, &mut open.policy.content.statements),
            Branch::Condition => {
                open.condition.key.map(|kind| open.statement.content.conditions.insert(kind)).is_some()
            }
            Branch::Action => close(&mut open.action, &mut open.statement.content.actions),
            Branch::Authority | Branch::ApplicationIdentification | Branch::Routing | Branch::Between => true,
        };
        if !closed {
            authority.keyless.push(node.name);
        }
    }

    fn unknown(&mut self, parent: &'static SchemaNode, name: &str) {
        let name = self.authority.names.add(name);
        self.authority.unknown_leaves.insert((parent.name, name));
    }
}

/// An identity without the prefix or module name of the document: `rp:set-community` is `set-community`.
fn identity(text: &str) -> &str {
    text.rsplit_once(':').map_or(text, |(_, name)| name)
}

/// Adds an entry that has ended to its list. Gives whether it had a key.
fn close<T: Merge>(entry: &mut OpenEntry<T>, list: &mut impl List<T>) -> bool {
    let OpenEntry { key, content } = take(entry);
    key.map(|key| list.entry(key).merge(content)).is_some()
}

/// Entries by their keys, in the order in which they first came.
trait List<T> {
    /// The entry of that key; a new one is empty.
    fn entry(&mut self, key: Name) -> &mut T;
}

impl<T: Default> List<T> for IndexMap<Name, T> {
    fn entry(&mut self, key: Name) -> &mut T {
        self.entry(key).or_default()
    }
}

impl<T: Default> List<T> for Vec<(Name, T)> {
    fn entry(&mut self, key: Name) -> &mut T {
        let place = self.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            self.push((key, T::default()));
            self.len() - 1
        });
        &mut self[place].1
    }
}

/// Adds entries to a short list, except those that are already there.
fn add_new<T: PartialEq>(list: &mut Vec<T>, entries: impl IntoIterator<Item = T>) {
    for entry in entries {
        if !list.contains(&entry) {
            list.push(entry);
        }
    }
}

/// Content that can come in parts.
trait Merge: Default {
    /// Adds a later part.
    fn merge(&mut self, part: Self);
}

impl<T: Hash + Eq> Merge for IndexSet<T> {
    fn merge(&mut self, part: Self) {
        self.extend(part);
    }
}

impl<T: Merge> Merge for IndexMap<Name, T> {
    fn merge(&mut self, part: Self) {
        part.into_iter().for_each(|(key, content)| List::entry(self, key).merge(content));
    }
}

impl Merge for Vec<Name> {
    fn merge(&mut self, part: Self) {
        if self.is_empty() {
            *self = part;
            self.shrink_to_fit();
        } else {
            add_new(self, part);
        }
    }
}

impl<T: Merge> Merge for Vec<(Name, T)> {
    fn merge(&mut self, part: Self) {
        if self.is_empty() {
            *self = part;
            // Nearly always there is no other part, and there are many thousand routers.
            self.shrink_to_fit();
        } else {
            part.into_iter().for_each(|(key, content)| List::entry(self, key).merge(content));
        }
    }
}

impl Merge for Option<Name> {
    fn merge(&mut self, part: Self) {
        *self = part.or(*self);
    }
}

impl Merge for UncheckedProfile {
    fn merge(&mut self, part: Self) {
        let Self { applications, settings } = part;
        self.applications.merge(applications);
        self.settings.extend(settings);
    }
}

impl Merge for UncheckedApplication {
    fn merge(&mut self, part: Self) {
        let Self { communities, leaves } = part;
        self.communities.merge(communities);
        merge_leaves(&mut self.leaves, leaves);
    }
}

/// Adds values of an application's leaves. A later description replaces an earlier one.
fn merge_leaves(
    leaves: &mut IndexMap<ApplicationLeaf, IndexSet<Name>>,
    part: impl IntoIterator<Item = (ApplicationLeaf, IndexSet<Name>)>,
) {
    for (leaf, values) in part {
        let known = leaves.entry(leaf).or_default();
        match leaf {
            ApplicationLeaf::Description => *known = values,
            ApplicationLeaf::Vrf | ApplicationLeaf::Within => known.merge(values),
        }
    }
}

impl Merge for Service {
    fn merge(&mut self, part: Self) {
        let Self { patterns, is_disabled, applies_to } = part;
        self.patterns.merge(patterns);
        self.is_disabled |= is_disabled;
        self.applies_to.merge(applies_to);
    }
}

impl Merge for Router {
    fn merge(&mut self, part: Self) {
        let Self { profile, has_module_mode, groups, vrfs, nodes, inbound_policies } = part;
        self.profile.merge(profile);
        self.has_module_mode |= has_module_mode;
        self.groups.merge(groups);
        self.vrfs.merge(vrfs);
        self.nodes.merge(nodes);
        add_new(&mut self.inbound_policies, inbound_policies);
    }
}

impl Merge for Node {
    fn merge(&mut self, part: Self) {
        let Self { asset_id } = part;
        self.asset_id.merge(asset_id);
    }
}

impl Merge for Filter {
    fn merge(&mut self, part: Self) {
        let Self { rules } = part;
        self.rules.merge(rules);
    }
}

impl Merge for FilterRule {
    fn merge(&mut self, part: Self) {
        let Self { decision, community } = part;
        self.decision.merge(decision);
        self.community.merge(community);
    }
}

impl Merge for Policy {
    fn merge(&mut self, part: Self) {
        let Self { statements } = part;
        self.statements.merge(statements);
    }
}

impl Merge for PolicyStatement {
    fn merge(&mut self, part: Self) {
        let Self { decision, conditions, actions } = part;
        self.decision.merge(decision);
        self.conditions.merge(conditions);
        self.actions.merge(actions);
    }
}

impl Merge for PolicyAction {
    fn merge(&mut self, part: Self) {
        let Self { filter, communities, additive, policy } = part;
        self.filter.merge(filter);
        self.communities.merge(communities);
        self.additive |= additive;
        self.policy.merge(policy);
    }
}
