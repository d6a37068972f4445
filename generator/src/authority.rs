//! The authority: what the readers find, gathered into one value.

mod content;
mod gather;
mod names;

pub use self::content::{
    Authority, Filter, FilterRule, Node, Policy, PolicyAction, PolicyStatement, Router, Service,
    UncheckedApplication, UncheckedProfile,
};
pub use self::gather::gather;
pub use self::names::{Name, Names};
