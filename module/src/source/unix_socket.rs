//! Connecting to a Unix socket within a limit.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect as connect_socket, socket_with, sockopt,
};

use crate::source::deadlines::left_until;

/// Connects to the listener at `path`.
///
/// When a listener hangs, its queue of connections is full at some time, and `connect` blocks. The socket's time-out
/// for sending ends that (`unix(7)`), but the standard library can set it only after connecting.
///
/// # Errors
/// When there is no connection before `deadline`.
pub(crate) fn connect(path: &Path, deadline: Instant) -> io::Result<UnixStream> {
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(left_until(deadline)?))?;
    connect_socket(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(socket.into())
}
