//! The fleet: how every router is, as its nodes themselves say when the conductor's Salt master asks them.
//!
//! What decides takes values and returns values: [`job`] says what is published, [`answer`] reads what comes back,
//! [`node`] judges one node, [`Fleet`] joins all of them, and `outliers` finds those that differ. Only [`salt`], [`master`]
//! and [`cache`] touch processes, files and the clock.
//!
//! A node may lie. Its answer counts for the minion id under which the master has it, and for nothing else; it is bounded,
//! and it is data.

pub mod addresses;
pub mod answer;
pub mod cache;
pub mod changes;
mod csv;
pub mod job;
mod join;
mod json;
pub mod master;
mod member;
mod metrics;
pub mod node;
pub mod nodes;
mod outliers;
mod page;
pub mod prefixes;
pub mod salt;
mod selection;
mod text;

pub use self::addresses::Addresses;
pub use self::changes::FleetChanges;
pub use self::join::{Asked, Counts, Fleet, Known, askable};
pub use self::member::FleetNode;
pub use self::outliers::{Difference, Norm, Outlier, Pair};
pub use self::selection::Selection;
