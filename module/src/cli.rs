//! The command line as it is typed.

pub mod selector;

use std::net::SocketAddr;
use std::path::PathBuf;

use bgpcs::paths;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::cli::selector::Selector;
use crate::url::{BAGPIPE_URL, HttpUrl, ROUTING_MANAGER_URL, UrlTemplate};

/// The command line's definition, from which manual page and completions are made.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Which route source is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SourceChoice {
    /// ExaBGP if this program is at work as its process, else bgpd if one of its sockets exists, else routingManager.
    Auto,
    /// FRR's bgpd by its VTY socket.
    Bgpd,
    /// The routing engine's HTTP API.
    RoutingManager,
    /// ExaBGP, which tells its routes to its process (the command exabgp) only; others learn how its sessions are.
    Exabgp,
    /// GoBGP's global table, by its command gobgp.
    Gobgp,
    /// What GoBGP's neighbors sent, before any import policy.
    GobgpAdjIn,
    /// BaGPipe-BGP by its looking glass.
    Bagpipe,
}

/// A form of a listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table, laid out as the PCLI does.
    #[default]
    Table,
    /// JSON.
    Json,
    /// Comma-separated values, RFC 4180, with a head.
    Csv,
    /// Nested text, laid out as the PCLI's `show config running`.
    Pcli,
}

/// Turn the communities of BGP routes into prefixes by application, for SSR's application identification.
///
/// Without a command it does so once, with the installed defaults, as SSR calls it. The exit status is 0 whenever the
/// output file says what happened, and 1 when the file could not be written. The commands for operators (status, show,
/// explain, doctor, report) change nothing and may be used at any time.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
Examples:
  bgp-community-services
  bgp-community-services status"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub options: Options,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask for the routes once and write the output file (the default)
    #[command(after_help = "\
Examples:
  bgp-community-services run
  bgp-community-services run --source bgpd --output /tmp/output.json --state-dir /tmp/state")]
    Run,
    /// Follow the routes, and rewrite the output file when its content changes, until told to end
    #[command(after_help = "\
Examples:
  bgp-community-services watch")]
    Watch,
    /// Say how the module is: link, configuration, source, runs, applications. Exit status 0 healthy, 1 degraded,
    /// 2 broken
    #[command(
        visible_alias = "state",
        after_help = "\
Examples:
  bgp-community-services status
  bgp-community-services status --detail"
    )]
    Status {
        /// Nested text with everything instead of tables
        #[arg(long, conflicts_with = "json")]
        detail: bool,
        /// JSON; times are seconds since 1970
        #[arg(long)]
        json: bool,
    },
    /// List prefixes with their applications and communities; of those that contain an address, the longest comes first.
    /// Exit status 1 when there are none
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
        /// The form
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        /// The same as --format json
        #[arg(long, conflicts_with = "format")]
        json: bool,
    },
    /// Ask the source now and say why a community brings what it does, or a prefix is where it is. Exit status 1 when
    /// it is not as configured, 2 when the source gives no answer
    #[command(after_help = "\
Examples:
  bgp-community-services explain 12076:5010
  bgp-community-services explain 13.107.6.152")]
    Explain {
        /// A community, a prefix or an address
        #[arg(value_name = "COMMUNITY|PREFIX")]
        subject: Selector,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// Walk from the package to the prefixes and say of each step whether it is well, else what mends it. Exit status 0
    /// healthy, 1 degraded, 2 broken
    #[command(after_help = "\
Examples:
  bgp-community-services doctor")]
    Doctor {
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a page for a browser: applications, history, map of addresses, warnings. Exit status as of status
    #[command(after_help = "\
Examples:
  bgp-community-services report --html report.html")]
    Report {
        /// The page; it needs nothing besides itself
        #[arg(long, value_name = "FILE")]
        html: PathBuf,
    },
    /// Follow what ExaBGP, which starts this as a process with `encoder json`, tells on standard input
    #[command(after_help = "\
Examples:
  bgp-community-services exabgp
  bgp-community-services exabgp --config /etc/exabgp/communities.json")]
    Exabgp,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Files and sources of routes")]
pub(crate) struct Options {
    /// The module's configuration
    #[arg(long, global = true, value_name = "FILE", default_value = paths::MODULE_CONFIGURATION)]
    pub config: PathBuf,
    /// The file that SSR reads
    #[arg(long, global = true, value_name = "FILE", default_value = paths::MODULE_OUTPUT)]
    pub output: PathBuf,
    /// Where the module remembers its last run
    #[arg(long, global = true, value_name = "DIR", default_value = paths::MODULE_STATE_DIR)]
    pub state_dir: PathBuf,
    /// Below which the operator's commands look for the link, the package and SSR's own files
    #[arg(long, global = true, value_name = "DIR", default_value = "/")]
    pub root: PathBuf,
    /// Whom to ask for routes
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub source: SourceChoice,
    /// bgpd's VTY socket [default: SSR's, else that of stock FRR]
    #[arg(long, global = true, value_name = "SOCKET")]
    pub bgpd_socket: Option<PathBuf>,
    /// routingManager's HTTP API, with the placeholders {family} and {community}
    #[arg(long, global = true, value_name = "URL", default_value = ROUTING_MANAGER_URL)]
    pub routing_manager_url: UrlTemplate,
    /// Unix socket of the HTTP API, instead of the URL's host and port [default: that of SSR's web server, if it exists]
    #[arg(long, global = true, value_name = "SOCKET")]
    pub routing_manager_socket: Option<PathBuf>,
    /// Where gobgpd answers
    #[arg(long, global = true, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:50051")]
    pub gobgp_address: SocketAddr,
    /// The root of BaGPipe-BGP's looking glass
    #[arg(long, global = true, value_name = "URL", default_value = BAGPIPE_URL)]
    pub bagpipe_url: HttpUrl,
}
