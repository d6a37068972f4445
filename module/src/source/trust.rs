//! Who may answer in a routing engine's place: the module decides where traffic goes, so it asks only who the route source
//! is, and not whoever holds its address.
//!
//! Root is trusted, and whoever has this program's own user: that user can already change what the program does. Of an
//! address that is not on this machine, nobody can tell whose it is, so it is not checked.

mod listeners;

use std::fs::{self, Metadata};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::net::sockopt;

use crate::users;
pub use crate::users::TrustedUsers;

/// Somebody else is where a route source should be. It is passed inside an [`io::Error`], as connecting has no other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// Who listens at a port of this machine.
    #[error(
        "{address} is held by user {user}, expected {expected}; end that program, or trust the user with --trusted-user"
    )]
    Port {
        /// The address and port.
        address: SocketAddr,
        /// The user's name, if there is one, and number.
        user: String,
        /// Who may listen there.
        expected: String,
    },
    /// Nobody listens any more at a port that was connected to, so that nobody can tell who answers.
    #[error(
        "the program that listened at {address} has gone, so whose answer it is cannot be told; it is asked again in the next run"
    )]
    Gone {
        /// The address and port.
        address: SocketAddr,
    },
    /// Who listens at a Unix socket.
    #[error("{} is held by user {user}, expected root or its owner {owner}; end that program", .socket.display())]
    Socket {
        /// The socket.
        socket: PathBuf,
        /// The user's name, if there is one, and number.
        user: String,
        /// The same of the socket's owner.
        owner: String,
    },
    /// Anybody could put a socket of their own into its directory.
    #[error(
        "{} can be in anybody's hands, since every user may write to {} (user {owner}); correct that with: chmod o-w {}",
        .socket.display(), .directory.display(), .directory.display()
    )]
    Directory {
        /// The socket.
        socket: PathBuf,
        /// The directory.
        directory: PathBuf,
        /// Its owner.
        owner: String,
    },
}

impl From<Distrust> for io::Error {
    fn from(distrust: Distrust) -> Self {
        Self::other(distrust)
    }
}

/// Whether whoever listens at a connected Unix socket is root or the socket's owner, and could not be replaced by another
/// user.
///
/// # Errors
/// A [`Distrust`], or what the system says.
pub fn check_socket(socket: &Path, stream: &UnixStream) -> io::Result<()> {
    check_directories(socket)?;
    let owner = fs::metadata(socket)?.uid();
    let peer = sockopt::socket_peercred(stream)?.uid.as_raw();
    if peer == owner || users::is_own_or_root(peer) {
        return Ok(());
    }
    let [user, owner] = [peer, owner].map(users::described);
    Err(Distrust::Socket { socket: socket.to_owned(), user, owner }.into())
}

/// Whether only the owner of a Unix socket, its group and root could have put it where it is.
///
/// # Errors
/// A [`Distrust`], or what the system says.
pub fn check_directories(socket: &Path) -> io::Result<()> {
    for (directory, metadata) in directories(socket)? {
        if metadata.mode() & 0o002 != 0 {
            let owner = users::described(metadata.uid());
            return Err(Distrust::Directory { socket: socket.to_owned(), directory, owner }.into());
        }
    }
    Ok(())
}

/// A sentence about a directory of a Unix socket in which a group may put one of its own. Who is in the group is the
/// operator's to know.
pub fn open_to_a_group(socket: &Path) -> Option<String> {
    let mut directories = directories(socket).ok()?.into_iter();
    // Where every user may write, that is an error already.
    let (directory, metadata) =
        directories.find(|(_, metadata)| metadata.mode() & 0o022 == 0o020 && metadata.gid() != 0)?;
    Some(format!(
        "the group {} may write to {}, so its members can answer in place of the routing engine; if they should not: chmod \
         g-w {}",
        metadata.gid(),
        directory.display(),
        directory.display()
    ))
}

/// The directory that has the socket, and if that is a link, the one to which it leads.
fn directories(socket: &Path) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let of = |path: &Path| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = parent.unwrap_or(Path::new(".")).to_owned();
        fs::metadata(&directory).map(|metadata| (directory, metadata))
    };
    Ok(vec![of(socket)?, of(&fs::canonicalize(socket)?)?])
}

/// Whether a port of this machine is root's or a trusted user's. Every listener counts that could be the one that accepts a
/// connection.
///
/// # Errors
/// A [`Distrust`], or what the system says.
pub fn check_port(trusted: &TrustedUsers, address: SocketAddr) -> io::Result<()> {
    let Some(ip) = loopback(address.ip()) else { return Ok(()) };
    let holders = listeners::at(SocketAddr::new(ip, address.port()))?;
    if let Some(user) = holders.iter().find(|user| !trusted.contain(**user)) {
        return Err(
            Distrust::Port { address, user: users::described(*user), expected: trusted.to_string() }.into()
        );
    }
    if holders.is_empty() { Err(Distrust::Gone { address }.into()) } else { Ok(()) }
}

/// The loopback address to which a connection goes; none for another machine's address, or one that other machines reach.
fn loopback(ip: IpAddr) -> Option<IpAddr> {
    match ip.to_canonical() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Some(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Some(Ipv6Addr::LOCALHOST.into()),
        ip => ip.is_loopback().then_some(ip),
    }
}
