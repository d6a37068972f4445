//! The pillar generator of the BGP Community Services plugin: reads an authority's configuration, plans one pillar
//! per node of every router that has a profile, and makes a directory equal to the plan.
//!
//! What can be typed is the crate [`generate_pillar_cli`]. Data goes down this list, and no module imports from one below
//! it:
//!
//! 1. [`read`]: any form of a configuration, as a stream of the events that the schema knows.
//! 2. [`authority`]: the events, gathered.
//! 3. [`communities`]: what is publicly known of communities.
//! 4. [`finding`]: what is wrong with an authority.
//! 5. [`check`]: the rules that give findings.
//! 6. [`plan`]: which node gets which pillar.
//! 7. [`pillar`]: the files of the pillars, and their directory.
//! 8. [`report`]: the log, the findings report and the summary.
//! 9. [`run`]: one run through all of these.
//! 10. [`status`]: how each router's pillars are.
//! 11. [`fleet`]: how each router is, as the nodes themselves say.
//! 12. [`top_file`]: the `top.sls` that lists the plugin.
//! 13. [`command`]: the commands and their exit status.

pub mod authority;
pub mod check;
pub mod command;
pub mod communities;
pub mod finding;
pub mod fleet;
mod glob;
pub mod pillar;
pub mod plan;
pub mod read;
pub mod report;
pub mod run;
pub mod status;
pub mod top_file;
