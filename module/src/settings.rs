//! What the command line means: checked once, then passed to everything else.

mod limits;
mod request;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bgp_community_services_cli::url::{HttpUrl, ROUTING_MANAGER_URL, UrlTemplate};
use bgp_community_services_cli::{
    self as cli, Arguments, Command, DEFAULT_LOSS, DEFAULT_TIMEOUT, Format, SourceChoice,
};
use bgpcs::paths;

pub use limits::Limits;
pub use request::{CommunitiesForm, Request};

/// What to do, and with which files and route source.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The command.
    pub action: Action,
    /// The module's configuration file.
    pub configuration: PathBuf,
    /// The output file, which SSR reads.
    pub output: PathBuf,
    /// The directory for the state between runs.
    pub state_dir: PathBuf,
    /// The file of metrics that each run leaves. A run with another state directory than the installed one is none that
    /// monitoring is to know of, unless it is said where.
    pub metrics_file: Option<PathBuf>,
    /// The directory below which the router's own files are.
    pub root: PathBuf,
    /// The socket of the syslog daemon.
    pub syslog_socket: PathBuf,
    /// The route source.
    pub source: SourceChoice,
    /// The possible VTY sockets of bgpd; the first one that exists is used.
    pub bgpd_sockets: Vec<PathBuf>,
    /// The URL of routingManager's HTTP API.
    pub routing_manager_url: UrlTemplate,
    /// The Unix socket of the HTTP API, if it is not at the URL's host and port.
    pub routing_manager_socket: Option<PathBuf>,
    /// GoBGP's command.
    pub gobgp: PathBuf,
    /// The address of gobgpd's API.
    pub gobgp_address: SocketAddr,
    /// The URL of BaGPipe-BGP's looking glass.
    pub bagpipe_url: HttpUrl,
    /// Who may hold the port of a route source, besides root.
    pub trusted_users: Vec<String>,
    /// How long to wait for the source, and how long a reply may be.
    pub limits: Limits,
    /// How many percent of its prefixes an application may lose before that counts as a loss.
    pub loss: u8,
    /// The longest wait of a command for operators for the source.
    pub timeout: Duration,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Query once, write the output file, end.
    Run,
    /// Keep the output file up to date until a signal stops the program.
    Watch,
    /// Print something for an operator.
    Answer(Request),
    /// Keep the output file up to date as a process of ExaBGP.
    ExaBgp,
}

impl Settings {
    /// The first of bgpd's possible sockets that exists.
    pub fn bgpd_socket(&self) -> Option<&Path> {
        self.bgpd_sockets.iter().find(|socket| socket.exists()).map(PathBuf::as_path)
    }

    /// Reads a command line; its first word is the program's name.
    ///
    /// # Errors
    /// What is wrong with it, or the requested help text.
    pub fn from_words<W: Into<OsString> + Clone>(
        words: impl IntoIterator<Item = W>,
    ) -> Result<Self, clap::Error> {
        cli::parse(words).map(Self::from)
    }
}

impl From<Option<Command>> for Action {
    fn from(command: Option<Command>) -> Self {
        match command {
            None | Some(Command::Run) => Self::Run,
            Some(Command::Watch) => Self::Watch,
            Some(Command::Status { detail, json, brief, watch, .. }) => {
                let watch = watch.map(|seconds| Duration::from_secs(seconds.into()));
                Self::Answer(Request::Status { detail, json, brief, watch })
            }
            Some(Command::Show { wanted, format, json, .. }) => {
                let format = if json { Format::Json } else { format };
                Self::Answer(Request::Show { wanted, format })
            }
            Some(Command::Explain { subject, json, .. }) => Self::Answer(Request::Explain { subject, json }),
            Some(Command::Changes { wanted, since, json }) => {
                Self::Answer(Request::Changes { wanted, since, json })
            }
            Some(Command::Communities { unlisted, count, suggest, json, .. }) => {
                let form = match (suggest, json) {
                    (true, _) => CommunitiesForm::Suggestion,
                    (false, true) => CommunitiesForm::Json,
                    (false, false) => CommunitiesForm::Text,
                };
                Self::Answer(Request::Communities { unlisted, count, form })
            }
            Some(Command::Preview { profile, name, json, .. }) => {
                Self::Answer(Request::Preview { profile, name, json })
            }
            Some(Command::Doctor { json, .. }) => Self::Answer(Request::Doctor { json }),
            Some(Command::Metrics { .. }) => Self::Answer(Request::Metrics),
            Some(Command::Report { html, .. }) => Self::Answer(Request::Report { html }),
            Some(Command::Exabgp) => Self::ExaBgp,
        }
    }
}

impl From<Arguments> for Settings {
    fn from(Arguments { command, options }: Arguments) -> Self {
        let (loss, timeout) = judging(command.as_ref());
        let is_default_url = options.routing_manager_url.to_string() == ROUTING_MANAGER_URL;
        Self {
            action: command.into(),
            configuration: options.config,
            output: options.output,
            metrics_file: options.metrics_file.or_else(|| {
                (options.state_dir == Path::new(paths::MODULE_STATE_DIR))
                    .then(|| paths::MODULE_METRICS.into())
            }),
            state_dir: options.state_dir,
            root: options.root,
            syslog_socket: options.syslog_socket,
            source: options.source,
            bgpd_sockets: match options.bgpd_socket {
                Some(socket) => vec![socket],
                None => vec![paths::BGPD_SOCKET.into(), paths::FRR_BGPD_SOCKET.into()],
            },
            routing_manager_url: options.routing_manager_url,
            routing_manager_socket: options.routing_manager_socket.or_else(|| {
                // A host and port from the operator take precedence over SSR's web server.
                let known = Path::new(paths::WEB_SERVER_SOCKET);
                (is_default_url && known.exists()).then(|| known.to_owned())
            }),
            gobgp: options.gobgp,
            gobgp_address: options.gobgp_address,
            bagpipe_url: options.bagpipe_url,
            trusted_users: options.trusted_user,
            limits: Limits::default(),
            loss,
            timeout: Duration::from_secs(timeout.into()),
        }
    }
}

/// What counts as a loss, in percent, and how long to wait, in seconds.
fn judging(command: Option<&Command>) -> (u8, u8) {
    match command {
        Some(
            Command::Status { judging, waiting, .. }
            | Command::Doctor { judging, waiting, .. }
            | Command::Metrics { judging, waiting }
            | Command::Report { judging, waiting, .. },
        ) => (judging.loss, waiting.timeout),
        Some(
            Command::Show { waiting, .. }
            | Command::Explain { waiting, .. }
            | Command::Communities { waiting, .. }
            | Command::Preview { waiting, .. },
        ) => (DEFAULT_LOSS, waiting.timeout),
        None | Some(Command::Run | Command::Watch | Command::Changes { .. } | Command::Exabgp) => {
            (DEFAULT_LOSS, DEFAULT_TIMEOUT)
        }
    }
}
