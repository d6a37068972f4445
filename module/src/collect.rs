//! Which prefixes the applications have: from a configuration to queries, and from answers to prefixes by application.
//!
//! [`refresh`] decides whether the routes have to be queried, by the [`summaries`] of the instances of BGP, and whether the
//! answer is to be believed; [`plan`] makes the queries of each instance, [`resolve`] gets their answers, from the source or,
//! after an [`incremental`] update, from the [`snapshot`] of the last ones, [`gather`] puts those of an instance together,
//! without what a [`guard`] leaves out, and [`union`] those of all; where a query fails, the community's [`last_answers`]
//! stay. [`keep`] says which applications keep what they had all the same. [`state`] is what is kept from one run to the next.

pub mod community_count;
pub mod convergence;
pub mod error;
pub mod gather;
pub mod guard;
pub mod incremental;
pub mod keep;
pub mod kept;
pub mod last_answers;
pub mod last_good;
pub mod left_out;
pub mod loss;
pub mod plan;
pub mod recent;
pub mod refresh;
pub mod resolve;
pub mod schedule;
pub mod services;
pub mod sessions;
pub mod snapshot;
pub mod state;
pub mod summaries;
pub mod tally;
pub mod understood;
pub mod union;
