//! Tests with the real daemons, and with a real browser.

mod bagpipe;
mod bgpd;
mod changes;
mod conformance;
mod exabgp;
mod operator;
mod recheck;
mod recipes;
mod report;
mod router;
mod sources;
mod watch;
