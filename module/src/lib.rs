//! The router's half of BGP Community Services: an application identification module of SSR that turns the communities of
//! BGP routes into prefixes by application.
//!
//! The folders are a pipeline, and nothing imports from a later stage: the crate [`bgp_community_services_cli`] is what is
//! typed and [`settings`] what it means; a [`source`] has the routes; [`collect`] makes prefixes by application of them;
//! [`publish`] writes the output file; [`health`] says whether all is well; [`drive`] says when; [`operator`] answers
//! questions about all of it. Only `source` opens sockets to routing engines.

pub mod bounded_file;
pub mod clock;
pub mod collect;
pub mod configuration;
pub mod drive;
pub mod error_text;
pub mod health;
pub mod instance;
pub mod operator;
pub mod prefix;
pub mod publish;
pub mod same_content;
pub mod settings;
pub mod source;
pub mod state_file;
pub mod users;
