//! The command line of the router's program: what can be typed, and the exit statuses that its help lists.
//!
//! It is a crate of its own so that manual pages and completions are made without the program.

pub mod exit;
mod parser;
pub mod selector;
pub mod url;

use std::net::SocketAddr;
use std::path::PathBuf;

use bgpcs::paths;
use bgpcs_display::since::Since;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::exit::Exit;
use crate::selector::Selector;
use crate::url::{BAGPIPE_URL, HttpUrl, ROUTING_MANAGER_URL, UrlTemplate};

/// The users as which SSR's web server, GoBGP and BaGPipe-BGP run where they do not run as root: an assumption.
const TRUSTED_USERS: &str = "nginx,gobgp,neutron";

/// The definition of the command line, for the manual page and the shell completions.
pub fn command() -> clap::Command {
    Arguments::command()
}

pub use parser::{parse, parser};

/// How many percent of its prefixes an application may lose before that counts as a loss, unless `--loss` says otherwise.
pub const DEFAULT_LOSS: u8 = 50;

/// For how many seconds a command for operators waits for the source, unless `--timeout` says otherwise. Monitoring systems
/// often give up after ten.
pub const DEFAULT_TIMEOUT: u8 = 5;

/// A value of `--source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SourceChoice {
    /// ExaBGP if this program runs as its process, else bgpd if one of its sockets exists, else routingManager.
    Auto,
    /// FRR's bgpd, through its VTY socket.
    Bgpd,
    /// routingManager, through the routing engine's HTTP API.
    RoutingManager,
    /// ExaBGP. Only its own process (the command exabgp) gets routes; other commands see its sessions only.
    Exabgp,
    /// GoBGP's global table, through its command gobgp.
    Gobgp,
    /// GoBGP's adj-RIB-in: what its neighbors sent, before any import policy.
    GobgpAdjIn,
    /// BaGPipe-BGP, through its looking glass.
    Bagpipe,
}

/// A value of `show --format`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table like those of the PCLI.
    #[default]
    Table,
    /// JSON.
    Json,
    /// Comma-separated values (RFC 4180) with a header line.
    Csv,
    /// Nested text like the PCLI's `show config running`.
    Pcli,
}

/// Turn the communities of BGP routes into prefixes by application, for SSR's application identification.
///
#[derive(Debug, Parser)]
#[command(
    name = bgpcs::PLUGIN,
    version = bgpcs::VERSION,
    long_about = long_about(),
    after_help = "\
Examples:
  bgp-community-services
  bgp-community-services status"
)]
pub struct Arguments {
    /// What to do; without it, a run
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What all commands share
    #[command(flatten)]
    pub options: Options,
}

fn long_about() -> String {
    let statuses = Exit::ALL.map(|status| format!("{}  {}\n\n", status.number(), status.meaning()));
    format!(
        "Turn the communities of BGP routes into prefixes by application, for SSR's application identification.\n\n\
         Without a command, it does one run with the installed defaults, as SSR starts it. The commands for operators \
         (status, show, explain, changes, communities, preview, doctor, metrics, report) change nothing, can be used at any time, and are for root.\n\n\
         Exit status of every command:\n\n{}",
        statuses.concat().trim_end()
    )
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Query the routes once and write the output file (the default)
    #[command(after_help = "\
Examples:
  bgp-community-services run
  bgp-community-services run --source bgpd --output /tmp/output.json --state-dir /tmp/state")]
    Run,
    /// Follow the routes and rewrite the output file when its content changes, until stopped by a signal
    #[command(after_help = "\
Examples:
  bgp-community-services watch")]
    Watch,
    /// Show the state of the module: link, configuration, source, runs, applications. Its health is the exit status
    #[command(
        visible_alias = "state",
        after_help = "\
Examples:
  bgp-community-services status
  bgp-community-services status --detail
  bgp-community-services status --watch"
    )]
    Status {
        /// All details as nested text, instead of tables
        #[arg(long, conflicts_with = "json")]
        detail: bool,
        /// JSON; times are in seconds since 1970, but those of findings
        #[arg(long)]
        json: bool,
        /// With --json: one line of at most 2 KiB, as the conductor asks for it
        #[arg(long, requires = "json")]
        brief: bool,
        /// Draw it again in place, every so many seconds, until Ctrl-C [default: once; without a number, 2]
        #[arg(
            long,
            value_name = "SECONDS",
            num_args = 0..=1,
            default_missing_value = "2",
            value_parser = clap::value_parser!(u16).range(1..=3600),
            conflicts_with = "json"
        )]
        watch: Option<u16>,
        /// What counts as unhealthy
        #[command(flatten)]
        judging: Judging,
        /// How long the source may take
        #[command(flatten)]
        waiting: Waiting,
    },
    /// List prefixes with their applications and communities. For an address, the longest match comes first
    #[command(after_help = "\
Examples:
  bgp-community-services show
  bgp-community-services show ExchangeOnline
  bgp-community-services show 12076:5010 --json
  bgp-community-services show 13.107.6.152
  bgp-community-services show 13.107.0.0/16 --format csv")]
    Show {
        /// An application, a community, a prefix or an address [default: everything]
        #[arg(value_name = "APPLICATION|COMMUNITY|PREFIX")]
        wanted: Option<Selector>,
        /// The form of the output
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        /// The same as --format json
        #[arg(long, conflicts_with = "format")]
        json: bool,
        /// How long the source may take
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Query the source and explain which prefixes an application or a community has, or why a prefix is in an application
    /// or not
    #[command(after_help = "\
Examples:
  bgp-community-services explain ExchangeOnline
  bgp-community-services explain 12076:5010
  bgp-community-services explain 13.107.6.152")]
    Explain {
        /// An application, a community, a prefix or an address
        #[arg(value_name = "APPLICATION|COMMUNITY|PREFIX")]
        subject: Selector,
        /// JSON
        #[arg(long)]
        json: bool,
        /// How long the source may take
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Tell what changed: which prefixes applications gained and lost, when and why, the oldest first. Exit
    /// status 1 for an application that is unknown
    #[command(after_help = "\
Examples:
  bgp-community-services changes
  bgp-community-services changes --since 24h
  bgp-community-services changes ExchangeOnline --since 2026-11-25
  bgp-community-services changes 13.107.6.152 --json")]
    Changes {
        /// An application, or a prefix or an address [default: everything]
        #[arg(value_name = "APPLICATION|PREFIX")]
        wanted: Option<Selector>,
        /// A time span before now, or a time in UTC [default: as long as is recorded]
        #[arg(long, value_name = "24h|TIME")]
        since: Option<Since>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// List the communities that the received routes carry: what each means, and which application lists it
    #[command(after_help = "\
Examples:
  bgp-community-services communities
  bgp-community-services communities --unlisted --count
  bgp-community-services communities --suggest")]
    Communities {
        /// Only those that no application lists
        #[arg(long)]
        unlisted: bool,
        /// Add prefixes and neighbors: two queries for each community, each a scan of the routing engine's table
        #[arg(long)]
        count: bool,
        /// Print a profile to paste into the PCLI instead, with applications named as in the presets
        #[arg(long, conflicts_with_all = ["count", "json"])]
        suggest: bool,
        /// JSON
        #[arg(long)]
        json: bool,
        /// How long the source may take
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Show what a profile would bring from the routes as they are now, and the difference to what is in force
    #[command(after_help = "\
Examples:
  bgp-community-services preview --profile profile.txt
  bgp-community-services preview --profile O365 --json")]
    Preview {
        /// A file with the profile (PCLI text, JSON or XML; - for standard input), or the name of a preset
        #[arg(long, value_name = "FILE|PRESET")]
        profile: PathBuf,
        /// Which profile of a file with several [default: the only one]
        #[arg(long, value_name = "PROFILE")]
        name: Option<String>,
        /// JSON
        #[arg(long)]
        json: bool,
        /// How long the source may take
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Check every step from the package to the prefixes, and say how to fix what is wrong. The worst is the exit status
    #[command(after_help = "\
Examples:
  bgp-community-services doctor")]
    Doctor {
        /// JSON
        #[arg(long)]
        json: bool,
        /// What counts as unhealthy
        #[command(flatten)]
        judging: Judging,
        /// How long the source may take
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Print metrics for Prometheus and telegraf, as OpenMetrics text; each run leaves the same as a file
    #[command(after_help = "\
Examples:
  bgp-community-services metrics")]
    Metrics {
        /// What counts as unhealthy
        #[command(flatten)]
        judging: Judging,
        /// How long the source may take
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Write a page for a browser: applications, history, address map, findings. Exit status as for status
    #[command(after_help = "\
Examples:
  bgp-community-services report --html report.html")]
    Report {
        /// The file to write, - for standard output; the page needs no other files
        #[arg(long, value_name = "FILE")]
        html: PathBuf,
        /// What counts as unhealthy
        #[command(flatten)]
        judging: Judging,
        /// How long the source may take
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Follow the routes that ExaBGP sends on standard input; ExaBGP starts this as a process with `encoder json`
    #[command(after_help = "\
Examples:
  bgp-community-services exabgp
  bgp-community-services exabgp --config /etc/exabgp/communities.json")]
    Exabgp,
}

/// What counts as unhealthy.
#[derive(Debug, Args)]
pub struct Judging {
    /// How many percent of its prefixes an application may lose, against the median of the last day
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = DEFAULT_LOSS,
        value_parser = clap::value_parser!(u8).range(1..=99)
    )]
    pub loss: u8,
}

/// How long the operator is willing to wait.
#[derive(Debug, Args)]
pub struct Waiting {
    /// How many seconds to wait for the source of routes, 240 at most
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = DEFAULT_TIMEOUT,
        value_parser = clap::value_parser!(u8).range(1..=240)
    )]
    pub timeout: u8,
}

/// What all commands share: files, and the sources of routes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files and sources of routes")]
pub struct Options {
    /// The module's configuration
    #[arg(long, global = true, value_name = "FILE", default_value = paths::MODULE_CONFIGURATION)]
    pub config: PathBuf,
    /// The output file, which SSR reads
    #[arg(long, global = true, value_name = "FILE", default_value = paths::MODULE_OUTPUT)]
    pub output: PathBuf,
    /// The directory for the state between runs
    #[arg(long, global = true, value_name = "DIR", default_value = paths::MODULE_STATE_DIR)]
    pub state_dir: PathBuf,
    /// The file of metrics that each run leaves for monitoring [default: the installed one, if the state directory is]
    #[arg(long, global = true, value_name = "FILE")]
    pub metrics_file: Option<PathBuf>,
    /// The directory below which the link, the package and SSR's own files are
    #[arg(long, global = true, value_name = "DIR", default_value = "/")]
    pub root: PathBuf,
    /// The socket of the syslog daemon, which is told what changes
    #[arg(long, global = true, value_name = "SOCKET", default_value = paths::SYSLOG_SOCKET)]
    pub syslog_socket: PathBuf,
    /// Source of routes
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub source: SourceChoice,
    /// bgpd's VTY socket [default: SSR's, else that of stock FRR]
    #[arg(long, global = true, value_name = "SOCKET")]
    pub bgpd_socket: Option<PathBuf>,
    /// URL of routingManager's HTTP API, with the placeholders {family} and {community}, and {vrf} where VRFs are queried
    #[arg(long, global = true, value_name = "URL", default_value = ROUTING_MANAGER_URL)]
    pub routing_manager_url: UrlTemplate,
    /// Unix socket of the HTTP API, used instead of the URL's host and port [default: SSR's web server, if it exists]
    #[arg(long, global = true, value_name = "SOCKET")]
    pub routing_manager_socket: Option<PathBuf>,
    /// GoBGP's command
    #[arg(long, global = true, value_name = "PATH", default_value = paths::GOBGP)]
    pub gobgp: PathBuf,
    /// Address and port of gobgpd's API
    #[arg(long, global = true, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:50051")]
    pub gobgp_address: SocketAddr,
    /// URL of BaGPipe-BGP's looking glass
    #[arg(long, global = true, value_name = "URL", default_value = BAGPIPE_URL)]
    pub bagpipe_url: HttpUrl,
    /// Users besides root who may hold the port of a source on this machine: names in /etc/passwd, or numbers
    #[arg(long, global = true, value_name = "USER", value_delimiter = ',', default_value = TRUSTED_USERS)]
    pub trusted_user: Vec<String>,
}
