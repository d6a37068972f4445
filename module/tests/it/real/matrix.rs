//! One set of scenarios, played to every release of every routing engine.
//!
//! A scenario is a script of what neighbors and operators do, and the prefixes that each application has after every step.
//! They have to come from a run that remembers nothing, from one that is repeated in one place, and from the service, as
//! far as the source has each of them. [`bgpcs_testing::releases`] says on which releases, and what chooses others.

mod communities;
mod engine;
mod module;
mod operations;
mod scenario;
mod sessions;
mod stage;
mod vrfs;

use bgpcs_testing::Peer;

const ONE: Peer = Peer(1);
const TWO: Peer = Peer(2);

/// Has the routes of a large table.
const THREE: Peer = Peer(3);
