//! The command line of the pillar generator: its definition, from which help, manual pages and completions are made.
//!
//! It is a crate of its own so that manual pages and completions are made without the program.

pub mod typed;

use std::path::PathBuf;

use bgpcs::{Community, Release, paths};
use bgpcs_display::since::Since;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use typed::{AddressOrPrefix, span};

/// Turns the authority's running configuration into Salt pillar files, one for each node of every router that has a
/// bgp-community-services-profile.
///
/// Only the running configuration says that a router does not exist any more. In another one, a router that is absent
/// keeps its pillars, unless --whole is given.
///
/// Exit status: 0 all done; 1 some pillars could not be generated as configured, or were kept for absent routers, or some
/// files could not be written or removed, and the rest was done; 2 nothing was changed. A finding that prevents no pillar does not change the
/// exit status.
#[derive(Debug, Parser)]
#[command(name = "generate_pillar", version = bgpcs::VERSION, after_help = "\
Examples:
  generate_pillar
  generate_pillar --dry-run --verbose
  generate_pillar --config exported.xml --pillar-dir /tmp/pillar --log /tmp/log
  generate_pillar --config exported.xml --whole")]
pub struct Arguments {
    /// What a run needs, and some commands
    #[command(flatten)]
    pub options: Options,
    /// What to do; without it, a run
    #[command(subcommand)]
    pub command: Option<CliCommand>,
}

impl Arguments {
    /// Reads the command line. Prints help or what is wrong and ends the program where there is nothing else to do.
    pub fn from_command_line() -> Self {
        Self::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit())
    }
}

/// The definition of the command line. Options may stand before or after a command; the help of a command leaves out
/// those that it does not use.
pub fn command() -> clap::Command {
    let of_live = |status: clap::Command| {
        ["timeout", "salt", "salt_config"]
            .into_iter()
            .fold(status, |status, option| status.mut_arg(option, |argument| argument.requires("live")))
    };
    let mut command = Arguments::command().mut_subcommand("status", of_live);
    command.build();
    command.mut_subcommands(|command| {
        let used = match command.get_name() {
            "check" => ["config", "verbose", "json", "report", "summary"].as_slice(),
            "services" => &["config"],
            "status" | "where" | "changes" => &["config", "pillar_dir", "json"],
            "purge" => &["pillar_dir", "log", "dry_run", "verbose", "json"],
            "top-file" => &["dry_run"],
            _ => &[],
        };
        hide_unused(command, used)
    })
}

/// Hides the options of a whole run that are not `used` from the help of a command and of those below it.
fn hide_unused(command: clap::Command, used: &[&str]) -> clap::Command {
    let hide = |argument: Arg| {
        let unused = argument.is_global_set() && !used.contains(&argument.get_id().as_str());
        if unused { argument.hide(true) } else { argument }
    };
    command.mut_args(hide).mut_subcommands(|command| hide_unused(command, used))
}

/// What a run needs, and some commands.
#[derive(Debug, Args)]
pub struct Options {
    /// The configuration: NETCONF XML, JSON or PCLI text; - reads standard input
    #[arg(long, global = true, value_name = "FILE", default_value = paths::RUNNING_CONFIGURATION)]
    pub config: PathBuf,
    /// The configuration is the whole authority, as the running one is: remove the pillars of routers that it does not
    /// have
    #[arg(long, global = true)]
    pub whole: bool,
    /// The directory of the pillar files
    #[arg(long, global = true, value_name = "DIR", default_value = paths::PILLAR_DIR)]
    pub pillar_dir: PathBuf,
    /// The log file
    #[arg(long, global = true, value_name = "FILE", default_value = paths::GENERATOR_LOG)]
    pub log: PathBuf,
    /// Print what would be done, and change nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Log what is done for each asset and why, and write the whole log to standard error too
    #[arg(long, global = true)]
    pub verbose: bool,
    /// Write each line of the log and of standard error as a JSON object (--dry-run still prints text); with status,
    /// where and changes: print JSON, times in seconds since 1970, or of answers of nodes in the format of RFC 3339
    #[arg(long, global = true)]
    pub json: bool,
    /// Write the findings to this file, as JSON [default: only to the log]
    #[arg(long, global = true, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Print a table of profiles, routers, nodes, applications and communities
    #[arg(long, global = true)]
    pub summary: bool,
}

/// What to do, other than a run.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Check the configuration and change nothing. Exit status 1 when a finding is an error, 2 when the configuration
    /// cannot be read or the findings cannot be written
    #[command(after_help = "\
Examples:
  generate_pillar check
  generate_pillar check --config candidate.txt --report findings.json
  generate_pillar check --summary --config -
  generate_pillar check --for 4.1.0")]
    Check {
        /// Also find what this release of the plugin does not know, before you go back to it [default: only what this
        /// release finds]
        #[arg(long = "for", value_name = "RELEASE")]
        release: Option<Release>,
    },
    /// Show for each router which profile its nodes have, and since when; with --live also how its nodes are, as they say
    /// themselves. Exit status 0 all current, 1 when something needs attention, 2 when the status cannot be read; with
    /// --live: 0 healthy, 1 degraded, 2 broken, 3 cannot tell, as when a node does not answer
    #[command(after_help = "\
Examples:
  generate_pillar status
  generate_pillar status router1 --json
  generate_pillar status router1 --detail
  generate_pillar status --html routers.html
  generate_pillar status --live
  generate_pillar status --live 'boston*' --only-problems
  generate_pillar status --live --profile O365 --csv
  generate_pillar status --live --html fleet.html --metrics fleet.prom")]
    Status {
        /// Only these routers; globs [default: all that have a profile]
        #[arg(value_name = "ROUTER")]
        routers: Vec<String>,
        /// Print every detail of each node, as show plugins state detail of the PCLI does
        #[arg(long, conflicts_with_all = ["json", "html"])]
        detail: bool,
        /// Write a page for a browser, with search and sorting [default: print a table]
        #[arg(long, value_name = "FILE", conflicts_with = "json")]
        html: Option<PathBuf>,
        /// Ask the nodes, through this conductor's Salt master
        #[arg(long)]
        live: bool,
        /// What of the fleet is shown, and how
        #[command(flatten)]
        view: LiveView,
        /// How the nodes are asked
        #[command(flatten)]
        asking: Asking,
    },
    /// Ask the nodes into which application an address or a prefix falls, by which prefix and community. Exit status 0 if it
    /// falls into one somewhere, 1 if nowhere, 3 when nobody answers
    #[command(after_help = "\
Examples:
  generate_pillar where 13.107.6.152
  generate_pillar where 13.107.0.0/16 'boston*' --json")]
    Where {
        /// An address or a prefix
        #[arg(value_name = "ADDRESS|PREFIX")]
        wanted: AddressOrPrefix,
        /// Only these routers; globs [default: all that have a profile]
        #[arg(value_name = "ROUTER")]
        routers: Vec<String>,
        /// How the nodes are asked
        #[command(flatten)]
        asking: Asking,
    },
    /// Ask the nodes what changed: the same change on many nodes is told once. Exit status 0, or 3 when nobody answers
    #[command(after_help = "\
Examples:
  generate_pillar changes
  generate_pillar changes --since 24h
  generate_pillar changes --since 2026-11-25T09:00:00Z 'boston*' --json")]
    Changes {
        /// A time span before now, or a time in UTC
        #[arg(long, value_name = "1h|TIME", default_value = "1h")]
        since: Since,
        /// Only these routers; globs [default: all that have a profile]
        #[arg(value_name = "ROUTER")]
        routers: Vec<String>,
        /// How the nodes are asked
        #[command(flatten)]
        asking: Asking,
    },
    /// Explain a community, and what policies of documented routers do to it
    #[command(after_help = "\
Examples:
  generate_pillar explain-community 12076:5010
  generate_pillar explain-community no-export")]
    ExplainCommunity {
        /// AA:NN, A:B:C, target:…, or a well-known name
        community: Community,
    },
    /// Print ready profiles of published communities, to paste into a configuration
    #[command(after_help = "\
Examples:
  generate_pillar preset list
  generate_pillar preset show O365")]
    Preset {
        /// What to do with presets
        #[command(subcommand)]
        command: PresetCommand,
    },
    /// Print a ready service for each application of a profile, to paste into a configuration
    #[command(after_help = "\
Examples:
  generate_pillar services --profile O365 --tenant lan
  generate_pillar services --profile O365 --tenant lan --tenant guests --service-policy prefer-expressroute")]
    Services {
        /// The profile, from the configuration
        #[arg(long, value_name = "NAME")]
        profile: String,
        /// What the services have in common
        #[command(flatten)]
        policy: PolicyOptions,
        /// The format to print
        #[arg(long, value_enum, default_value = "pcli")]
        format: PresetFormat,
    },
    /// Remove every pillar file that generate_pillar wrote, and nothing else
    #[command(after_help = "\
Examples:
  generate_pillar purge --dry-run
  generate_pillar purge --verbose")]
    Purge,
    /// Add the plugin to the top.sls files of the plugins environment, or remove it; the package's scriptlets use this
    #[command(after_help = "\
Examples:
  generate_pillar top-file add --dry-run
  generate_pillar top-file remove")]
    TopFile {
        /// What to do
        action: TopFileAction,
        /// The directory of the environment's states
        #[arg(long, value_name = "DIR", default_value = paths::SALT_STATES_ROOT)]
        states_root: PathBuf,
        /// The directory of the environment's pillars
        #[arg(long, value_name = "DIR", default_value = paths::SALT_PILLAR_ROOT)]
        pillar_root: PathBuf,
    },
}

/// What of the fleet is shown, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --live")]
pub struct LiveView {
    /// Only routers with this profile; a glob, may be given several times [default: all that have one, and none]
    #[arg(long = "profile", value_name = "NAME", requires = "live")]
    pub profiles: Vec<String>,
    /// Only this application, and nodes that have it; a glob, may be given several times [default: all]
    #[arg(long = "application", value_name = "NAME", requires = "live")]
    pub applications: Vec<String>,
    /// Only nodes with this health; may be given several times [default: all]
    #[arg(long = "health", value_name = "HEALTH", value_enum, requires = "live")]
    pub healths: Vec<HealthChoice>,
    /// Only nodes with a finding of this code; a glob, may be given several times [default: all]
    #[arg(long = "finding", value_name = "CODE", requires = "live")]
    pub findings: Vec<String>,
    /// Only nodes that are neither healthy nor without a profile
    #[arg(long, requires = "live")]
    pub only_problems: bool,
    /// Print comma-separated values, a line for each node and application
    #[arg(long, requires = "live", conflicts_with_all = ["json", "html", "detail"])]
    pub csv: bool,
    /// Also write metrics to this file, for node_exporter [default: none]
    #[arg(long, value_name = "FILE", requires = "live")]
    pub metrics: Option<PathBuf>,
    /// Ask nobody: show what was last known
    #[arg(long, requires = "live", conflicts_with = "refresh_every")]
    pub cached: bool,
    /// Ask only if the whole fleet was not asked for so long; else show what was last known [default: ask]
    #[arg(long, value_name = "1h", requires = "live", value_parser = span)]
    pub refresh_every: Option<u64>,
    /// Where the answers are kept
    #[arg(long, value_name = "FILE", requires = "live", default_value = paths::FLEET_CACHE)]
    pub cache: PathBuf,
}

/// A health to choose nodes by.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum HealthChoice {
    /// It does not work
    Broken,
    /// It did not answer
    NoAnswer,
    /// Something needs attention
    Degraded,
    /// All is well
    Healthy,
    /// Its router has no profile, and nothing of the plugin is there
    NoProfile,
}

/// How the nodes are asked.
#[derive(Debug, Args)]
#[command(next_help_heading = "Asking the nodes")]
pub struct Asking {
    /// How many seconds to wait for answers
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout: u64,
    /// Salt's program, an absolute path [default: t128-salt of SSR where it exists, else salt]
    #[arg(long, value_name = "PATH")]
    pub salt: Option<PathBuf>,
    /// The configuration of the Salt master, for any program but t128-salt
    #[arg(long, value_name = "DIR", default_value = paths::SALT_CONFIGURATION_DIR)]
    pub salt_config: PathBuf,
}

/// What to do with presets.
#[derive(Debug, Subcommand)]
pub enum PresetCommand {
    /// List the presets: what each is for and where its values are published
    #[command(after_help = "\
Examples:
  generate_pillar preset list")]
    List,
    /// Print a preset
    #[command(after_help = "\
Examples:
  generate_pillar preset show O365
  generate_pillar preset show Azure-Europe --format flat
  generate_pillar preset show O365 --services --tenant lan")]
    Show {
        /// A name from the list
        name: String,
        /// Print a ready service for each application, instead of the profile
        #[arg(long)]
        services: bool,
        /// What the services have in common
        #[command(flatten)]
        policy: PolicyOptions,
        /// The format to print
        #[arg(long, value_enum, default_value = "pcli")]
        format: PresetFormat,
    },
}

/// What ready services have in common.
#[derive(Debug, Args)]
pub struct PolicyOptions {
    /// A tenant for the access policy of each service; may be given several times [default: no access policy]
    #[arg(long = "tenant", value_name = "NAME")]
    pub tenants: Vec<String>,
    /// What the access policy does with these tenants
    #[arg(long, value_enum, default_value = "allow")]
    pub access_policy: Permission,
    /// The service policy of each service [default: none]
    #[arg(long, value_name = "NAME")]
    pub service_policy: Option<String>,
}

/// What an access policy does with its tenants.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Permission {
    /// They may use the service
    Allow,
    /// They may not use the service
    Deny,
}

/// A format of what is to be pasted.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PresetFormat {
    /// Indented text, as show config running prints it
    Pcli,
    /// One line per value, as show config running flat prints it
    Flat,
    /// As the REST API returns it
    Json,
}

/// What to do with the top.sls files.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum TopFileAction {
    /// Add one marked block, unless the plugin is already listed
    Add,
    /// Remove the marked block
    Remove,
}
