//! Which prefixes the applications have: from a configuration to queries, and from answers to prefixes by application.
//!
//! [`refresh`] decides whether the routes have to be queried, by the [`summaries`] of the instances of BGP, and whether the
//! answer is to be believed; [`plan`] makes the queries of each instance, [`resolve`] gets their answers, from the source or,
//! after an [`incremental`] update, from the [`snapshot`] of the last ones, [`gather`] puts those of an instance together, and
//! [`union`] those of all; where a query fails, the community's [`last_answers`] stay. [`state`] is what is kept from one run to the next.

pub mod convergence;
pub mod error;
pub mod gather;
pub mod incremental;
pub mod last_answers;
pub mod last_good;
pub mod plan;
pub mod refresh;
pub mod resolve;
pub mod schedule;
pub mod services;
pub mod snapshot;
pub mod state;
pub mod summaries;
pub mod union;
