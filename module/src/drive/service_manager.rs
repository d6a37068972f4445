//! Notifies systemd of the service's state, by the protocol of `sd_notify(3)`.

use std::env;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// The service is up, and its file is written.
pub const READY: &str = "READY=1";
/// The service is alive.
pub const ALIVE: &str = "WATCHDOG=1";
/// The service is about to end.
pub const STOPPING: &str = "STOPPING=1";

/// Sends `message` to the service manager, if one started the program. It does not wait for a manager whose queue is full.
///
/// # Errors
/// When there is a manager and the message cannot be sent.
pub fn notify(message: &str) -> io::Result<()> {
    let Some(path) = env::var_os("NOTIFY_SOCKET") else { return Ok(()) };
    let address = match path.as_encoded_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(path)?,
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    match socket.send_to_addr(message.as_bytes(), &address) {
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
        _ => Ok(()),
    }
}
