//! Connections to HTTP servers on the router itself: over a Unix socket, or to a literal IP address.

use std::fmt::Debug;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bgp_community_services_cli::url::address;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use crate::source::trust::{self, TrustedUsers};
use crate::source::{ending, unix_socket};

/// Accepts literal IP addresses only. Names are not resolved: the servers run on the router itself, and a static binary
/// has no name service.
#[derive(Debug)]
pub struct LiteralAddress;

impl Resolver for LiteralAddress {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        addresses.push(socket_address(uri).ok_or(Error::HostNotFound)?);
        Ok(addresses)
    }
}

/// The address and port of a URL.
pub fn socket_address(uri: &Uri) -> Option<SocketAddr> {
    Some(SocketAddr::new(address(uri)?, uri.port_u16().unwrap_or(80)))
}

/// Passes on a connection to a port that is root's or one of these users'.
#[derive(Debug)]
pub struct PortCheck(pub TrustedUsers);

impl<T: Transport> Connector<T> for PortCheck {
    type Out = T;

    fn connect(&self, details: &ConnectionDetails, connected: Option<T>) -> Result<Option<T>, Error> {
        for address in details.addrs.iter() {
            trust::check_port(&self.0, *address)?;
        }
        Ok(connected)
    }
}

/// Connects to a Unix socket; the host of the URL is ignored.
#[derive(Debug)]
pub struct UnixConnector {
    socket: PathBuf,
}

impl UnixConnector {
    /// Connects to the listener at `socket`.
    pub fn new(socket: &Path) -> Self {
        Self { socket: socket.to_owned() }
    }
}

impl Connector<()> for UnixConnector {
    type Out = StreamTransport<UnixStream>;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        let stream = unix_socket::connect(&self.socket, Instant::now() + *details.timeout.after)?;
        trust::check_socket(&self.socket, &stream)?;
        Ok(Some(StreamTransport::new(stream, details)))
    }
}

/// Connects to the literal address of the URL.
#[derive(Debug)]
pub struct AddressConnector;

impl Connector<()> for AddressConnector {
    type Out = StreamTransport<TcpStream>;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        let address = details.addrs.first().ok_or(Error::HostNotFound)?;
        let stream = TcpStream::connect_timeout(address, *details.timeout.after);
        Ok(Some(StreamTransport::new(or_timeout(stream, details.timeout)?, details)))
    }
}

/// An HTTP connection over a socket.
#[derive(Debug)]
pub struct StreamTransport<S> {
    stream: S,
    buffers: LazyBuffers,
}

impl<S> StreamTransport<S> {
    fn new(stream: S, details: &ConnectionDetails) -> Self {
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Self { stream, buffers }
    }
}

/// A socket reports a time-out as [`WouldBlock`](io::ErrorKind::WouldBlock).
fn or_timeout<T>(result: io::Result<T>, timeout: NextTimeout) -> Result<T, Error> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::Timeout(timeout.reason),
        _ => error.into(),
    })
}

impl<S: Read + Write + AsFd + Debug + Send + Sync + 'static> Transport for StreamTransport<S> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let limit = timeout.not_zero().map(|left| *left);
        set_socket_timeout(&self.stream, Timeout::Send, limit).map_err(io::Error::from)?;
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        or_timeout(self.stream.write_all(output), timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let deadline = Instant::now()
            .checked_add(*timeout.after)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        or_timeout(ending::await_input(&self.stream, deadline, Duration::ZERO), timeout)?;
        let length = or_timeout(self.stream.read(self.buffers.input_append_buf()), timeout)?;
        self.buffers.input_appended(length);
        Ok(length > 0)
    }

    fn is_open(&mut self) -> bool {
        // Every request has its own connection.
        false
    }
}
