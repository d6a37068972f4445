//! What the command line means: checked once, and passed to everything else.

mod limits;
mod request;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bgpcs::paths;
use clap::Parser;

use crate::cli::{Arguments, Command, Format, SourceChoice};
use crate::url::{HttpUrl, ROUTING_MANAGER_URL, UrlTemplate};
pub use limits::Limits;
pub use request::Request;

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

impl From<Arguments> for Settings {
    fn from(Arguments { command, options }: Arguments) -> Self {
        let is_default_url = options.routing_manager_url.to_string() == ROUTING_MANAGER_URL;
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
