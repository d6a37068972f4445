//! The pillar generator of the BGP Community Services plugin: reads an authority's configuration, plans one pillar
//! per node of every router that has a profile, and makes a directory equal to the plan.

pub mod account;
pub mod authority;
pub mod check;
pub mod cli;
pub mod command;
pub mod explain;
pub mod finding;
pub mod generate;
pub mod implementations;
pub mod log;
pub mod names;
pub mod pillar_dir;
pub mod pillar_file;
pub mod plan;
pub mod preset;
pub mod read;
pub mod report;
pub mod run;
pub mod schema;
pub mod status;
pub mod top_file;
