//! The command line: what was typed, and what it means.

use std::path::PathBuf;

use bgpcs::{Community, paths};
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

/// Turns the authority's running configuration into one Salt pillar file per node of every router that has a
/// bgp-community-services-profile.
///
/// Exit status: 0 done; 1 some routers or nodes could not be generated as configured, or a file could not be written or
/// removed, and the rest was done; 2 nothing was touched. Findings that keep no pillar from being generated leave it 0.
#[derive(Debug, Parser)]
#[command(name = "generate_pillar", version = bgpcs::VERSION, after_help = "\
Examples:
  generate_pillar
  generate_pillar --dry-run --verbose
  generate_pillar --config exported.xml --pillar-dir /tmp/pillar --log /tmp/log")]
pub struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<CliCommand>,
}

impl Arguments {
    /// Reads the command line; prints help or what is wrong with it, and ends the program.
    pub fn from_command_line() -> Self {
        Self::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit())
    }
}

/// The command line's definition, from which help, manual page and completions are made. Options may stand before a
/// command or after it; those that it does not use are left out of its help.
pub fn command() -> clap::Command {
    let mut command = Arguments::command();
    command.build();
    command.mut_subcommands(|command| {
        let used = match command.get_name() {
            "check" => ["config", "verbose", "json", "report", "summary"].as_slice(),
            "status" => &["config", "pillar_dir", "json"],
            "purge" => &["pillar_dir", "log", "dry_run", "verbose", "json"],
            "top-file" => &["dry_run"],
            _ => &[],
        };
        hide_unused(command, used)
    })
}

/// Leaves the options of a whole run that are not `used` out of the help of a command and of those below it.
fn hide_unused(command: clap::Command, used: &[&str]) -> clap::Command {
    let hide = |argument: Arg| {
        let unused = argument.is_global_set() && !used.contains(&argument.get_id().as_str());
        if unused { argument.hide(true) } else { argument }
    };
    command.mut_args(hide).mut_subcommands(|command| hide_unused(command, used))
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
    /// Say of each asset what is done and why, in the log and on standard error
    #[arg(long, global = true)]
    pub verbose: bool,
    /// Write each line of the log and of standard error as a JSON object, not what --dry-run prints; status prints JSON,
    /// with times in seconds since 1970
    #[arg(long, global = true)]
    pub json: bool,
    /// Write the findings here, as JSON [default: only to the log]
    #[arg(long, global = true, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Print a table of profiles, routers, nodes, applications and communities
    #[arg(long, global = true)]
    pub summary: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CliCommand {
    /// Only say what is found in the configuration. Exit status 1 when something of it is an error, 2 when it cannot be
    /// read or the findings cannot be written
    #[command(after_help = "\
Examples:
  generate_pillar check
  generate_pillar check --config candidate.txt --report findings.json
  generate_pillar check --summary --config -")]
    Check,
    /// Say for each router which profile its nodes were given, and when. Exit status 0 healthy, 1 when something needs a
    /// look, 2 when it cannot be told
    #[command(after_help = "\
Examples:
  generate_pillar status
  generate_pillar status router1 --json
  generate_pillar status --html routers.html")]
    Status {
        /// Only this router [default: all that have a profile]
        router: Option<String>,
        /// Write a page for a browser, to search and to sort [default: print a table]
        #[arg(long, value_name = "FILE", conflicts_with = "json")]
        html: Option<PathBuf>,
    },
    /// Say what a community is, and what documented routers do to it
    #[command(after_help = "\
Examples:
  generate_pillar explain-community 12076:5010
  generate_pillar explain-community no-export")]
    ExplainCommunity {
        /// AA:NN, A:B:C, target:…, or a well-known name
        community: Community,
    },
    /// Ready profiles of published service communities, to paste into a configuration
    #[command(after_help = "\
Examples:
  generate_pillar preset list
  generate_pillar preset show O365")]
    Preset {
        #[command(subcommand)]
        command: PresetCommand,
    },
    /// Remove every pillar file that this command wrote, and nothing else
    #[command(after_help = "\
Examples:
  generate_pillar purge --dry-run
  generate_pillar purge --verbose")]
    Purge,
    /// List the plugin in the top.sls of the plugins environment, or no longer; for the package's scriptlets
    #[command(after_help = "\
Examples:
  generate_pillar top-file add --dry-run
  generate_pillar top-file remove")]
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

#[derive(Debug, Subcommand)]
pub(crate) enum PresetCommand {
    /// Name each preset, what it is for and where its values are published
    #[command(after_help = "\
Examples:
  generate_pillar preset list")]
    List,
    /// Print a preset
    #[command(after_help = "\
Examples:
  generate_pillar preset show O365
  generate_pillar preset show Azure-Europe --format flat")]
    Show {
        /// As in the list
        name: String,
        /// The form to print it in
        #[arg(long, value_enum, default_value = "pcli")]
        format: PresetFormat,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PresetFormat {
    /// Indented text, as of show config running
    Pcli,
    /// One line per value, as of show config running flat
    Flat,
    /// As of the REST API
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum TopFileAction {
    /// Add one marked block, unless the plugin is listed already
    Add,
    /// Take the marked block away
    Remove,
}
