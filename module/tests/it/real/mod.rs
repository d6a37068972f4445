//! Tests with the real daemons, and with a real browser.

mod bagpipe;
mod bgpd;
mod changes;
mod communities;
mod conformance;
mod exabgp;
mod guards;
mod health;
mod incremental;
mod matrix;
mod metrics;
mod operator;
mod recipes;
mod releases;
mod report;
mod router;
pub mod schemas;
mod sources;
mod trust;
mod watch;
