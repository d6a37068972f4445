//! The part of the vendor's model that the generator reads, as one static [`tree`].
//!
//! Everything else in a configuration is skipped by its path, so that a leaf of the same name elsewhere, or of another
//! plugin, never counts. Names, keys and namespaces are those of the public
//! consolidated model, release 4.2.0, and of `bgp-community-services.yang`.

mod tree;

use bgpcs::{ApplicationLeaf, ProfileLeaf};

pub use tree::AUTHORITY;
pub(crate) use tree::{PLUGIN_CONFIG, PROFILE};

/// What a node of the tree means to the sink that gathers the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// A container, or an entry of a list.
    Branch(Branch),
    /// A leaf, or one value of a leaf-list.
    Leaf(Leaf),
}

/// The containers and lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is named after its YANG node")]
pub enum Branch {
    Authority,
    Profile,
    Application,
    Router,
    Node,
    ApplicationIdentification,
    Routing,
    Neighbor,
    Service,
    AppliesTo,
    Filter,
    Rule,
    Policy,
    Statement,
    Condition,
    Action,
    /// A node that is only on the way to others.
    Between,
}

/// The leaves and leaf-lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is named after its YANG node")]
pub enum Leaf {
    ProfileName,
    ApplicationName,
    BgpCommunity,
    /// A leaf of an application other than its name and its communities.
    Application(ApplicationLeaf),
    /// A leaf of a profile other than its name.
    Profile(ProfileLeaf),
    RouterName,
    RouterProfile,
    RouterGroup,
    RouterVrf,
    NodeName,
    AssetId,
    Mode,
    NeighborAddress,
    InboundPolicy,
    ServiceName,
    ServiceApplicationName,
    ServiceEnabled,
    AppliesToType,
    /// A router or a group of routers, by the type of the entry.
    AppliesToName,
    FilterName,
    RuleName,
    RuleDecision,
    RuleCommunity,
    PolicyName,
    StatementName,
    StatementDecision,
    ConditionType,
    ActionType,
    ActionFilter,
    ActionCommunity,
    ActionAdditive,
    ActionPolicy,
    /// The key of a list that is only on the way to others.
    Between,
}

/// The kind of a node's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// Child nodes.
    Container,
    /// Entries with child nodes.
    List {
        /// The name of the child that is the key; every list here has one.
        key: &'static str,
    },
    /// One value.
    Leaf,
    /// Values in the operator's order.
    LeafList,
    /// No value: only its presence counts (YANG's `empty`).
    Empty,
}

/// A node of the vendor's model.
#[derive(Debug, Clone, Copy)]
pub struct SchemaNode {
    /// What the node means to the sink.
    pub element: Element,
    /// In kebab-case, as in YANG, XML and the PCLI.
    pub name: &'static str,
    /// The namespace of the module that defines the node.
    pub namespace: &'static str,
    /// The kind of its content.
    pub kind: NodeKind,
    /// The children that the generator reads.
    pub children: &'static [SchemaNode],
}

impl SchemaNode {
    const fn container(
        branch: Branch,
        name: &'static str,
        namespace: &'static str,
        children: &'static [SchemaNode],
    ) -> Self {
        Self { element: Element::Branch(branch), name, namespace, kind: NodeKind::Container, children }
    }

    /// A list; its first child is its key, as in the model's own order.
    const fn list(
        branch: Branch,
        name: &'static str,
        namespace: &'static str,
        children: &'static [SchemaNode],
    ) -> Self {
        let kind = NodeKind::List { key: children[0].name };
        Self { element: Element::Branch(branch), name, namespace, kind, children }
    }

    const fn leaf(leaf: Leaf, name: &'static str, namespace: &'static str) -> Self {
        Self { element: Element::Leaf(leaf), name, namespace, kind: NodeKind::Leaf, children: &[] }
    }

    const fn leaf_list(leaf: Leaf, name: &'static str, namespace: &'static str) -> Self {
        Self { element: Element::Leaf(leaf), name, namespace, kind: NodeKind::LeafList, children: &[] }
    }

    const fn empty(leaf: Leaf, name: &'static str, namespace: &'static str) -> Self {
        Self { element: Element::Leaf(leaf), name, namespace, kind: NodeKind::Empty, children: &[] }
    }

    /// Whether the node has a value and no children.
    pub fn is_leaf(&self) -> bool {
        matches!(self.element, Element::Leaf(_))
    }

    /// Whether all children of the node are of the plugin's own model, so that an unknown one is told.
    pub fn is_ours(&self) -> bool {
        matches!(self.element, Element::Branch(Branch::Profile | Branch::Application))
    }

    /// Whether an entry of this list counts even if none of its children is read.
    pub fn counts_when_empty(&self) -> bool {
        matches!(self.element, Element::Branch(Branch::Application | Branch::Condition | Branch::Action))
    }

    /// Whether blanks around the value are part of it (RFC 7950 section 9.4). Where the model allows no blanks in a
    /// value, they only come from the layout of the document.
    fn keeps_outer_blanks(&self) -> bool {
        matches!(
            self.element,
            Element::Leaf(
                Leaf::ApplicationName
                    | Leaf::Application(ApplicationLeaf::Description)
                    | Leaf::AssetId
                    | Leaf::RuleCommunity
                    | Leaf::ServiceApplicationName
            )
        )
    }

    /// The value of a leaf with this text.
    pub fn value<'t>(&self, text: &'t str) -> &'t str {
        if self.keeps_outer_blanks() { text } else { text.trim_matches(BLANKS) }
    }

    /// The child of that name.
    pub fn child(&self, name: impl AsRef<[u8]>) -> Option<&'static SchemaNode> {
        self.children.iter().find(|child| child.name.as_bytes() == name.as_ref())
    }

    /// The child of that JSON key, in kebab-case or in camelCase.
    pub fn child_by_json_key(&self, key: &str) -> Option<&'static SchemaNode> {
        self.children.iter().find(|child| child.is_json_key(key))
    }

    /// The child with that name in that namespace.
    pub fn child_in(&self, namespace: &str, name: &str) -> Option<&'static SchemaNode> {
        self.child(name).filter(|child| child.namespace == namespace)
    }

    /// Whether `key` is the node's name in kebab-case or in camelCase.
    pub fn is_json_key(&self, key: &str) -> bool {
        key == self.name || is_camel_case_of(key, self.name)
    }
}

fn is_camel_case_of(key: &str, kebab: &str) -> bool {
    let mut key = key.bytes();
    let mut kebab = kebab.bytes();
    while let Some(byte) = kebab.next() {
        let expected =
            if byte == b'-' { kebab.next().map(|next| next.to_ascii_uppercase()) } else { Some(byte) };
        if key.next() != expected {
            return false;
        }
    }
    key.next().is_none()
}

/// The characters that are blank in XML (section 2.3 of its specification).
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// The elements that may enclose the authority, in any namespace: `rpc-reply` and `data` of a NETCONF reply,
/// `datastore` of the REST API, and `config` of the model.
pub const ENVELOPES: &[&str] = &["rpc-reply", "data", "datastore", "config"];
