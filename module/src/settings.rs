//! What the caller asked for, checked once.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bgpcs::{Community, Quoted, paths};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::operator::{Format, Request, Wanted};
use crate::prefix::Family;
use crate::source::Limits;
use crate::source::http::HttpUrl;

/// Where routingManager is asked unless told otherwise. Its path is not public: an assumption.
const ROUTING_MANAGER_URL: &str =
    "http://127.0.0.1:31517/api/v1/routing-manager/bgp/{family}/unicast/community/{community}";

/// The root of BaGPipe-BGP's looking glass, as it is installed.
const BAGPIPE_URL: &str = "http://127.0.0.1:8082/looking-glass";

/// What the program is to do, and with what.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The subcommand.
    pub action: Action,
    /// The module's configuration.
    pub configuration: PathBuf,
    /// The file that SSR reads.
    pub output: PathBuf,
    /// Where the module remembers its last run.
    pub state_dir: PathBuf,
    /// Below which the router's own files are looked for.
    pub root: PathBuf,
    /// Which route source.
    pub source: SourceChoice,
    /// Where bgpd may listen; the first one that exists counts.
    pub bgpd_sockets: Vec<PathBuf>,
    /// Where the HTTP API answers.
    pub routing_manager_url: UrlTemplate,
    /// The Unix socket at which the HTTP API answers, if not at the URL's host and port.
    pub routing_manager_socket: Option<PathBuf>,
    /// Where gobgpd answers.
    pub gobgp_address: SocketAddr,
    /// The root of BaGPipe-BGP's looking glass.
    pub bagpipe_url: HttpUrl,
    /// How long a source may take, and how much it may say.
    pub limits: Limits,
}

/// A subcommand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Ask once, write the file, end.
    Run,
    /// Keep the file up to date until told to end.
    Watch,
    /// Answer an operator.
    Answer(Request),
    /// The same as a process of ExaBGP.
    ExaBgp,
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

impl Settings {
    /// The first of bgpd's known sockets that exists.
    pub fn bgpd_socket(&self) -> Option<&Path> {
        self.bgpd_sockets.iter().find(|socket| socket.exists()).map(PathBuf::as_path)
    }

    /// Reads the command line; prints help or what is wrong with it, and ends the program.
    pub fn from_command_line() -> Self {
        Arguments::parse().into()
    }

    /// Reads a command line, whose first word is the program's name.
    ///
    /// # Errors
    /// What is wrong with it, or the help text that it asks for.
    pub fn from_words<W: Into<OsString> + Clone>(
        words: impl IntoIterator<Item = W>,
    ) -> Result<Self, clap::Error> {
        Arguments::try_parse_from(words).map(Self::from)
    }
}

/// The command line's definition, from which manual page and completions are made.
pub fn command() -> clap::Command {
    Arguments::command()
}

impl From<Arguments> for Settings {
    fn from(Arguments { command, options }: Arguments) -> Self {
        let is_default_url = options.routing_manager_url.0 == ROUTING_MANAGER_URL;
        Self {
            action: match command {
                None | Some(Command::Run) => Action::Run,
                Some(Command::Watch) => Action::Watch,
                Some(Command::Status { detail, json }) => Action::Answer(Request::Status { detail, json }),
                Some(Command::Show { wanted, format, json }) => {
                    let format = if json { Format::Json } else { format };
                    Action::Answer(Request::Show { wanted, format })
                }
                Some(Command::Explain { subject, json }) => {
                    Action::Answer(Request::Explain { subject, json })
                }
                Some(Command::Doctor { json }) => Action::Answer(Request::Doctor { json }),
                Some(Command::Report { html }) => Action::Answer(Request::Report { html }),
                Some(Command::Exabgp) => Action::ExaBgp,
            },
            configuration: options.config,
            output: options.output,
            state_dir: options.state_dir,
            root: options.root,
            source: options.source,
            bgpd_sockets: match options.bgpd_socket {
                Some(socket) => vec![socket],
                None => vec![paths::BGPD_SOCKET.into(), paths::FRR_BGPD_SOCKET.into()],
            },
            routing_manager_url: options.routing_manager_url,
            routing_manager_socket: options.routing_manager_socket.or_else(|| {
                // Whoever names a host and port means them.
                let known = Path::new(paths::WEB_SERVER_SOCKET);
                (is_default_url && known.exists()).then(|| known.to_owned())
            }),
            gobgp_address: options.gobgp_address,
            bagpipe_url: options.bagpipe_url,
            limits: Limits::default(),
        }
    }
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
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Subcommand)]
enum Command {
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
        wanted: Option<Wanted>,
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
        subject: Wanted,
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
struct Options {
    /// The module's configuration
    #[arg(long, global = true, value_name = "FILE", default_value = paths::MODULE_CONFIGURATION)]
    config: PathBuf,
    /// The file that SSR reads
    #[arg(long, global = true, value_name = "FILE", default_value = paths::MODULE_OUTPUT)]
    output: PathBuf,
    /// Where the module remembers its last run
    #[arg(long, global = true, value_name = "DIR", default_value = paths::MODULE_STATE_DIR)]
    state_dir: PathBuf,
    /// Below which the operator's commands look for the link, the package and SSR's own files
    #[arg(long, global = true, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// Whom to ask for routes
    #[arg(long, global = true, value_enum, default_value = "auto")]
    source: SourceChoice,
    /// bgpd's VTY socket [default: SSR's, else that of stock FRR]
    #[arg(long, global = true, value_name = "SOCKET")]
    bgpd_socket: Option<PathBuf>,
    /// routingManager's HTTP API, with the placeholders {family} and {community}
    #[arg(long, global = true, value_name = "URL", default_value = ROUTING_MANAGER_URL)]
    routing_manager_url: UrlTemplate,
    /// Unix socket of the HTTP API, instead of the URL's host and port [default: that of SSR's web server, if it exists]
    #[arg(long, global = true, value_name = "SOCKET")]
    routing_manager_socket: Option<PathBuf>,
    /// Where gobgpd answers
    #[arg(long, global = true, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:50051")]
    gobgp_address: SocketAddr,
    /// The root of BaGPipe-BGP's looking glass
    #[arg(long, global = true, value_name = "URL", default_value = BAGPIPE_URL)]
    bagpipe_url: HttpUrl,
}

/// An `http` URL with the placeholders `{family}` (`ipv4`, `ipv6`) and `{community}`; its host is an address or
/// `localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlTemplate(String);

impl UrlTemplate {
    /// The URL at which one question is asked. The text forms of families and communities need no escape in a URL.
    pub fn fill(&self, family: Family, community: &Community) -> String {
        self.0.replace("{family}", &family.to_string()).replace("{community}", &community.to_string())
    }
}

impl fmt::Display for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for UrlTemplate {
    type Err = UrlTemplateError;

    fn from_str(text: &str) -> Result<Self, UrlTemplateError> {
        let filled = text.replace("{family}", "ipv4").replace("{community}", "1:1");
        let fault = match filled.parse::<HttpUrl>() {
            _ if !text.contains("{family}") || !text.contains("{community}") => {
                "has not both placeholders {family} and {community}"
            }
            Err(error) => error.fault,
            Ok(_) => return Ok(Self(text.to_owned())),
        };
        Err(UrlTemplateError { text: text.to_owned(), fault })
    }
}

/// A text that is no URL to ask at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {fault}; expected a form like {ROUTING_MANAGER_URL}", Quoted(.text))]
pub struct UrlTemplateError {
    text: String,
    fault: &'static str,
}
