//! The command line: what was typed, and what it means.

use std::path::PathBuf;

use bgpcs::paths;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Turns the authority's running configuration into one Salt pillar file per node of every router that has a
/// bgp-community-services-profile.
///
/// Exit status: 0 done, 1 some routers were in error and the rest were done, 2 nothing was touched.
#[derive(Debug, Parser)]
#[command(name = "generate_pillar", version = bgpcs::VERSION, args_conflicts_with_subcommands = false)]
pub struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The configuration: NETCONF XML, JSON or PCLI text; - reads standard input
    #[arg(long, global = true, value_name = "FILE", default_value = paths::RUNNING_CONFIGURATION)]
    pub config: PathBuf,
    /// Where the pillar files are
    #[arg(long, global = true, value_name = "DIR", default_value = paths::PILLAR_DIR)]
    pub pillar_dir: PathBuf,
    /// Where to log
    #[arg(long, global = true, value_name = "FILE", default_value = paths::GENERATOR_LOG)]
    pub log: PathBuf,
    /// Only say what would be done
    #[arg(long, global = true)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Remove every pillar file that this command wrote, and nothing else
    Purge,
    /// List the plugin in the top.sls of the plugins environment, or no longer; for the package's scriptlets
    TopFile {
        /// What to do
        action: TopFileAction,
        /// The environment's root of states
        #[arg(long, value_name = "DIR", default_value = paths::SALT_STATES_ROOT)]
        states_root: PathBuf,
        /// The environment's root of pillars
        #[arg(long, value_name = "DIR", default_value = paths::SALT_PILLAR_ROOT)]
        pillar_root: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum TopFileAction {
    /// Add one marked block, unless the plugin is listed already
    Add,
    /// Take the marked block away
    Remove,
}
