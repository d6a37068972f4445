//! What the tests of both programs share.
//!
//! A daemon is a value: [`Bgpd::start`], [`Gobgpd::start`], [`BagpipeBgp::start`] and [`Listener::start`] give a routing
//! engine that waits for its [`Peer`]s, [`ExaBgp::start`] and [`Speaker::connect`] the peers that announce routes to it. It
//! works in a scratch directory, on loopback addresses and a port of its own, leaves no trace in the machine's routing
//! table, and ends when its value is dropped, also in a test that fails. What misbehaves on purpose is in [`stand_in`], a
//! real browser in [`browser`].

#![allow(clippy::unwrap_used, reason = "what fails here fails the test that asked for it")]

mod bagpipe;
mod bgpd;
pub mod browser;
pub mod configuration;
mod exabgp;
pub mod form;
mod gobgpd;
pub mod guide;
pub mod help;
mod installed;
mod listener;
mod peer;
mod process;
pub mod releases;
mod route;
mod session;
mod speaker;
pub mod stand_in;

pub use bagpipe::BagpipeBgp;
pub use bgpd::{Bgpd, show};
pub use exabgp::ExaBgp;
pub use gobgpd::Gobgpd;
pub use installed::{exabgp_releases, monitoring, python_environment};
pub use listener::Listener;
pub use peer::Peer;
pub use process::{
    Process, Signal, Used, alone, alone_in_own_network, eventually, free_port, peak_of, signal, used_by,
};
pub use session::{Capabilities, Session};
pub use speaker::Speaker;
