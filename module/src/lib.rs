//! The router's half of BGP Community Services: an application identification module of SSR that turns the
//! communities of BGP routes into prefixes by application.
//!
//! A [`run`](run::run) reads the configuration, [looks](look) at the routes of a [route source](source::RouteSource),
//! gathers the answers ([`resolve`]), decides what stays when there was no answer ([`hold`]) and replaces the output
//! file ([`output`]). Only a route source opens a socket; `resolve` and `hold` take values and return values.

pub mod digest;
pub mod error;
pub mod exabgp;
pub mod history;
pub mod hold;
pub mod look;
pub mod operator;
pub mod output;
pub mod prefix;
pub mod recheck;
pub mod resolve;
pub mod routes;
pub mod run;
pub mod service_manager;
pub mod services;
pub mod settings;
pub mod source;
pub mod state;
pub mod watch;
