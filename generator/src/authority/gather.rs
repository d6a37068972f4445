//! Putting the parts of an authority together as they come.

use std::hash::Hash;
use std::mem::take;

use indexmap::{IndexMap, IndexSet};

use super::{Action, Authority, Filter, Node, Policy, Profile, Router, Rule, Statement};
use crate::names::Name;
use crate::read::Sink;
use crate::schema::{Element, Node as SchemaNode};

/// The mode of application identification that reads what modules leave.
const MODULE_MODE: &str = "module";

/// What XML takes for blank (section 2.3 of its specification).
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// The entries that have begun and not ended.
#[derive(Debug, Default)]
pub(super) struct Open {
    profile: Entry<Profile>,
    application: Entry<IndexSet<Name>>,
    router: Entry<Router>,
    node: Entry<Node>,
    neighbor: Entry<Vec<Name>>,
    service: Entry<IndexSet<Name>>,
    filter: Entry<Filter>,
    rule: Entry<Rule>,
    policy: Entry<Policy>,
    statement: Entry<Statement>,
    condition: Entry<()>,
    action: Entry<Action>,
}

/// An entry of a list that has begun, with its key once that is known.
#[derive(Debug, Default)]
struct Entry<T> {
    key: Option<Name>,
    content: T,
}

impl Sink for Authority {
    fn enter(&mut self, node: &'static SchemaNode) {
        let open = &mut self.open;
        match node.element {
            Element::Profile => open.profile = Entry::default(),
            Element::Application => open.application = Entry::default(),
            Element::Router => open.router = Entry::default(),
            Element::Node => open.node = Entry::default(),
            Element::Neighbor => open.neighbor = Entry::default(),
            Element::Service => open.service = Entry::default(),
            Element::Filter => open.filter = Entry::default(),
            Element::Rule => open.rule = Entry::default(),
            Element::Policy => open.policy = Entry::default(),
            Element::Statement => open.statement = Entry::default(),
            Element::Condition => open.condition = Entry::default(),
            Element::Action => open.action = Entry::default(),
            _ => {}
        }
    }

    fn leaf(&mut self, node: &'static SchemaNode, text: &str) {
        let text = if node.keeps_outer_blanks() { text } else { text.trim_matches(BLANKS) };
        let open = &mut self.open;
        let names = &mut self.names;
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
        let open = &mut self.open;
        let closed = match node.element {
            Element::Profile => close(&mut open.profile, &mut self.profiles),
            Element::Application => close(&mut open.application, &mut open.profile.content.applications),
            Element::Router => close(&mut open.router, &mut self.routers),
            Element::Node => close(&mut open.node, &mut open.router.content.nodes),
            Element::Neighbor => {
                let Entry { key, content: policies } = take(&mut open.neighbor);
                let pairs = key.map(|address| policies.into_iter().map(move |policy| (address, policy)));
                add_new(&mut open.router.content.inbound_policies, pairs.into_iter().flatten());
                key.is_some()
            }
            Element::Service => close(&mut open.service, &mut self.services),
            Element::Filter => close(&mut open.filter, &mut self.filters),
            Element::Rule => close(&mut open.rule, &mut open.filter.content.rules),
            Element::Policy => close(&mut open.policy, &mut self.policies),
            Element::Statement => close(&mut open.statement, &mut open.policy.content.statements),
            Element::Condition => {
                open.condition.key.map(|kind| open.statement.content.conditions.insert(kind)).is_some()
            }
            Element::Action => close(&mut open.action, &mut open.statement.content.actions),
            _ => true,
        };
        if !closed {
            self.keyless.push(node.name);
        }
    }
}

/// An identity without the prefix or module name of the document: `rp:set-community` is `set-community`.
fn identity(text: &str) -> &str {
    text.rsplit_once(':').map_or(text, |(_, name)| name)
}

/// Adds an entry that has ended to its list; whether it had a key.
fn close<T: Merge>(entry: &mut Entry<T>, list: &mut impl List<T>) -> bool {
    let Entry { key, content } = take(entry);
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

impl Merge for Profile {
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

impl Merge for Rule {
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

impl Merge for Statement {
    fn merge(&mut self, part: Self) {
        self.decision.merge(part.decision);
        self.conditions.merge(part.conditions);
        self.actions.merge(part.actions);
    }
}

impl Merge for Action {
    fn merge(&mut self, part: Self) {
        self.filter.merge(part.filter);
        self.communities.merge(part.communities);
        self.additive |= part.additive;
        self.policy.merge(part.policy);
    }
}
