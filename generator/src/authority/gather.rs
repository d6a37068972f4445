//! Putting the parts of an authority together as they come.

use std::hash::Hash;
use std::io::Read;
use std::mem::take;

use indexmap::{IndexMap, IndexSet};

use super::content::{
    Authority, Filter, FilterRule, Node, Policy, PolicyAction, PolicyStatement, Router, UncheckedProfile,
};
use super::names::Name;
use crate::read::schema::{Element, SchemaNode};
use crate::read::{End, ReadError, Sink, read};

/// The mode of application identification that reads what modules leave.
const MODULE_MODE: &str = "module";

/// What XML takes for blank (section 2.3 of its specification).
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// The entries that have begun and not ended.
#[derive(Debug, Default)]
struct OpenEntries {
    profile: OpenEntry<UncheckedProfile>,
    application: OpenEntry<IndexSet<Name>>,
    router: OpenEntry<Router>,
    node: OpenEntry<Node>,
    neighbor: OpenEntry<Vec<Name>>,
    service: OpenEntry<IndexSet<Name>>,
    filter: OpenEntry<Filter>,
    rule: OpenEntry<FilterRule>,
    policy: OpenEntry<Policy>,
    statement: OpenEntry<PolicyStatement>,
    condition: OpenEntry<()>,
    action: OpenEntry<PolicyAction>,
}

/// An entry of a list that has begun, with its key once that is known.
#[derive(Debug, Default)]
struct OpenEntry<T> {
    key: Option<Name>,
    content: T,
}

/// Reads a configuration in any form and gathers its authority.
///
/// # Errors
/// When the configuration could not be read to its end; nothing may be done with a part of it.
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
        let open = &mut self.open;
        match node.element {
            Element::Profile => open.profile = OpenEntry::default(),
            Element::Application => open.application = OpenEntry::default(),
            Element::Router => open.router = OpenEntry::default(),
            Element::Node => open.node = OpenEntry::default(),
            Element::Neighbor => open.neighbor = OpenEntry::default(),
            Element::Service => open.service = OpenEntry::default(),
            Element::Filter => open.filter = OpenEntry::default(),
            Element::Rule => open.rule = OpenEntry::default(),
            Element::Policy => open.policy = OpenEntry::default(),
            Element::Statement => open.statement = OpenEntry::default(),
            Element::Condition => open.condition = OpenEntry::default(),
            Element::Action => open.action = OpenEntry::default(),
            _ => {}
        }
    }

    fn leaf(&mut self, node: &'static SchemaNode, text: &str) {
        let text = if node.keeps_outer_blanks() { text } else { text.trim_matches(BLANKS) };
        let open = &mut self.open;
        let names = &mut self.authority.names;
        match node.element {
            Element::ProfileName => open.profile.key = Some(names.add(text)),
            Element::ApplicationName => open.application.key = Some(names.add(text)),
            Element::BgpCommunity => drop(open.application.content.insert(names.add(text))),
            Element::RefreshInterval
            | Element::PathSelection
            | Element::StalePathTime
            | Element::MaxPrefixes
            | Element::AggregatePrefixes
            | Element::UpdateMode => {
                open.profile.content.settings.insert(node.element, names.add(text));
            }
            Element::RouterName => open.router.key = Some(names.add(text)),
            Element::RouterProfile => open.router.content.profile = Some(names.add(text)),
            Element::Mode => open.router.content.has_module_mode |= text == MODULE_MODE,
            Element::NodeName => open.node.key = Some(names.add(text)),
            Element::AssetId => open.node.content.asset_id = Some(names.add(text)),
            Element::NeighborAddress => open.neighbor.key = Some(names.add(text)),
            Element::InboundPolicy => open.neighbor.content.push(names.add(text)),
            Element::ServiceName => open.service.key = Some(names.add(text)),
            Element::ServiceApplicationName => drop(open.service.content.insert(names.add(text))),
            Element::FilterName => open.filter.key = Some(names.add(text)),
            Element::RuleName => open.rule.key = Some(names.add(text)),
            Element::RuleDecision => open.rule.content.decision = Some(names.add(text)),
            Element::RuleCommunity => open.rule.content.community = Some(names.add(text)),
            Element::PolicyName => open.policy.key = Some(names.add(text)),
            Element::StatementName => open.statement.key = Some(names.add(text)),
            Element::StatementDecision => open.statement.content.decision = Some(names.add(text)),
            Element::ConditionType => open.condition.key = Some(names.add(identity(text))),
            Element::ActionType => open.action.key = Some(names.add(identity(text))),
            Element::ActionFilter => open.action.content.filter = Some(names.add(text)),
            Element::ActionCommunity => drop(open.action.content.communities.insert(names.add(text))),
            Element::ActionAdditive => open.action.content.additive = true,
            Element::ActionPolicy => open.action.content.policy = Some(names.add(text)),
            _ => {}
        }
    }

    fn leave(&mut self, node: &'static SchemaNode) {
        let Self { authority, open } = self;
        let closed = match node.element {
            Element::Profile => close(&mut open.profile, &mut authority.profiles),
            Element::Application => close(&mut open.application, &mut open.profile.content.applications),
            Element::Router => close(&mut open.router, &mut authority.routers),
            Element::Node => close(&mut open.node, &mut open.router.content.nodes),
            Element::Neighbor => {
                let OpenEntry { key, content: policies } = take(&mut open.neighbor);
                let pairs = key.map(|address| policies.into_iter().map(move |policy| (address, policy)));
                add_new(&mut open.router.content.inbound_policies, pairs.into_iter().flatten());
                key.is_some()
            }
            Element::Service => close(&mut open.service, &mut authority.services),
            Element::Filter => close(&mut open.filter, &mut authority.filters),
            Element::Rule => close(&mut open.rule, &mut open.filter.content.rules),
            Element::Policy => close(&mut open.policy, &mut authority.policies),
            Element::Statement => close(&mut open.statement, &mut open.policy.content.statements),
            Element::Condition => {
                open.condition.key.map(|kind| open.statement.content.conditions.insert(kind)).is_some()
            }
            Element::Action => close(&mut open.action, &mut open.statement.content.actions),
            _ => true,
        };
        if !closed {
            authority.keyless.push(node.name);
        }
    }
}

/// An identity without the prefix or module name of the document: `rp:set-community` is `set-community`.
fn identity(text: &str) -> &str {
    text.rsplit_once(':').map_or(text, |(_, name)| name)
}

/// Adds an entry that has ended to its list; whether it had a key.
fn close<T: Merge>(entry: &mut OpenEntry<T>, list: &mut impl List<T>) -> bool {
    let OpenEntry { key, content } = take(entry);
    key.map(|key| list.entry(key).merge(content)).is_some()
}

/// Entries by their keys, in the order in which they came first.
trait List<T> {
    /// The entry of that key, at first an empty one.
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

/// Adds what is not there yet to a short list.
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

impl<T: Merge> Merge for Vec<(Name, T)> {
    fn merge(&mut self, part: Self) {
        if self.is_empty() {
            *self = part;
            // Nearly always this is all of it, once for each of many thousand routers.
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
        self.applications.merge(part.applications);
        self.settings.extend(part.settings);
    }
}

impl Merge for Router {
    fn merge(&mut self, part: Self) {
        self.profile.merge(part.profile);
        self.has_module_mode |= part.has_module_mode;
        self.nodes.merge(part.nodes);
        add_new(&mut self.inbound_policies, part.inbound_policies);
    }
}

impl Merge for Node {
    fn merge(&mut self, part: Self) {
        self.asset_id.merge(part.asset_id);
    }
}

impl Merge for Filter {
    fn merge(&mut self, part: Self) {
        self.rules.merge(part.rules);
    }
}

impl Merge for FilterRule {
    fn merge(&mut self, part: Self) {
        self.decision.merge(part.decision);
        self.community.merge(part.community);
    }
}

impl Merge for Policy {
    fn merge(&mut self, part: Self) {
        self.statements.merge(part.statements);
    }
}

impl Merge for PolicyStatement {
    fn merge(&mut self, part: Self) {
        self.decision.merge(part.decision);
        self.conditions.merge(part.conditions);
        self.actions.merge(part.actions);
    }
}

impl Merge for PolicyAction {
    fn merge(&mut self, part: Self) {
        self.filter.merge(part.filter);
        self.communities.merge(part.communities);
        self.additive |= part.additive;
        self.policy.merge(part.policy);
    }
}
