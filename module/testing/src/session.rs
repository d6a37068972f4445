use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddrV4, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use crate::route::{Route, attribute};
use crate::{Peer, eventually};

const OPEN: u8 = 1;
const UPDATE: u8 = 2;
const NOTIFICATION: u8 = 3;
const KEEPALIVE: u8 = 4;

/// IPv4 and IPv6 unicast, as they stand in messages.
const FAMILIES: [[u8; 3]; 2] = [[0, 1, 1], [0, 2, 1]];

/// What a speaker says of itself, besides that it has both families (RFC 5492).
#[derive(Debug, Clone, Default)]
pub struct Capabilities {
    /// Its name (draft-walton-bgp-hostname-capability), any bytes.
    pub host_name: Option<Vec<u8>>,
    /// For how many seconds its routes are to stay when the session breaks (RFC 4724).
    pub graceful_restart: Option<u16>,
    /// Whether it sends several paths for a prefix (RFC 7911).
    pub add_path: bool,
}

/// A BGP session of a speaker that sends what a test gives it, byte for byte, in both families.
pub struct Session {
    /// Shared with the thread that hears.
    stream: Arc<Mutex<TcpStream>>,
    /// How the other side ended it.
    ending: Arc<Mutex<Option<String>>>,
    peer: Peer,
    port: u16,
    capabilities: Capabilities,
    /// The UPDATE messages sent so far, the ends of RIB among them.
    updates: Vec<Vec<u8>>,
}

impl Session {
    /// Connects to whatever speaks BGP at this port of 127.0.0.1 as AS 64512, again and again until it wants the session.
    pub fn connect(peer: Peer, port: u16, capabilities: &Capabilities) -> Self {
        let mut connected = None;
        eventually("a BGP session is established", || {
            connected = Self::try_connect(peer, port, capabilities).ok();
            connected.is_some()
        });
        connected.unwrap()
    }

    fn try_connect(peer: Peer, port: u16, capabilities: &Capabilities) -> io::Result<Self> {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        bind(&socket, &SocketAddrV4::new(peer.address(), 0))?;
        connect(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
        let mut heard: TcpStream = socket.into();
        heard.set_read_timeout(Some(Duration::from_secs(30)))?;
        let stream = Arc::new(Mutex::new(heard.try_clone()?));
        send(&stream, OPEN, &open(peer, capabilities))?;
        send(&stream, KEEPALIVE, &[])?;
        for _ in 0..2 {
            if receive(&mut heard)?.0 == NOTIFICATION {
                return Err(io::Error::other("the session is not wanted"));
            }
        }
        heard.set_read_timeout(None)?;
        let ending = Arc::new(Mutex::new(None));
        let session = Self {
            stream: Arc::clone(&stream),
            ending: Arc::clone(&ending),
            peer,
            port,
            capabilities: capabilities.clone(),
            updates: Vec::new(),
        };
        thread::spawn(move || {
            let ended = loop {
                match receive(&mut heard) {
                    // The other side sends keepalives as often as it needs ours.
                    Ok((KEEPALIVE, _)) => drop(send(&stream, KEEPALIVE, &[])),
                    // An error code and subcode (RFC 4271 section 4.5).
                    Ok((NOTIFICATION, reason)) => break format!("NOTIFICATION {reason:?}"),
                    Ok(_) => {}
                    Err(error) => break error.to_string(),
                }
            };
            *ending.lock().unwrap() = Some(ended);
        });
        Ok(session)
    }

    /// Announces a route, which has the text of a [`Route`], or changes it.
    pub fn announce(&mut self, route: &str) {
        let route = Route::new(route);
        let (mut attributes, nlri) = (route.attributes(self.peer), route.nlri(self.capabilities.add_path));
        if route.network.is_ipv6 {
            let next_hop = std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1 + u16::from(self.peer.0));
            let reach = [&FAMILIES[1][..], &[16], &next_hop.octets(), &[0], &nlri].concat();
            attributes = [attribute(0x80, 14, &reach), attributes].concat();
        }
        let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
        let nlri = if route.network.is_ipv6 { &[] } else { &nlri[..] };
        self.update(&[&[0, 0], &length[..], &attributes, nlri].concat());
    }

    /// Announces so many routes of IPv4 that carry nothing, from 20.0.0.0/24 on, in few messages.
    pub fn announce_others(&mut self, count: u16) {
        let attributes = Route::new("20.0.0.0/24").attributes(self.peer);
        let length = u16::try_from(attributes.len()).unwrap().to_be_bytes();
        let before = [&[0, 0], &length[..], &attributes].concat();
        // A message has room for a thousand of them, each of four octets (RFC 4271 section 4.1).
        for part in (0..count).collect::<Vec<_>>().chunks(900) {
            let routes: Vec<u8> =
                part.iter().flat_map(|index| [&[24, 20], &index.to_be_bytes()[..]].concat()).collect();
            self.update(&[&before[..], &routes].concat());
        }
    }

    /// Withdraws a prefix, or the path of it with the identifier that the text has.
    pub fn withdraw(&mut self, prefix: &str) {
        let route = Route::new(prefix);
        let nlri = route.nlri(self.capabilities.add_path);
        if route.network.is_ipv6 {
            self.unreachable(&[&FAMILIES[1][..], &nlri].concat());
        } else {
            let length = u16::try_from(nlri.len()).unwrap().to_be_bytes();
            self.update(&[&length[..], &nlri, &[0, 0]].concat());
        }
    }

    /// Says that everything was sent, in both families (RFC 4724).
    pub fn end_of_rib(&mut self) {
        self.update(&[0; 4]);
        self.unreachable(&FAMILIES[1]);
    }

    /// Ends the session with a NOTIFICATION, after which nothing is to stay; dropping it breaks the connection instead.
    pub fn cease(self) {
        const ADMINISTRATIVE_SHUTDOWN: [u8; 2] = [6, 2];
        send(&self.stream, NOTIFICATION, &ADMINISTRATIVE_SHUTDOWN).ok();
    }

    fn unreachable(&mut self, value: &[u8]) {
        let attribute = attribute(0x80, 15, value);
        let length = u16::try_from(attribute.len()).unwrap().to_be_bytes();
        self.update(&[&[0, 0], &length[..], &attribute].concat());
    }

    fn update(&mut self, body: &[u8]) {
        self.updates.push(body.to_vec());
        if let Err(error) = send(&self.stream, UPDATE, body) {
            // What ended it is heard beside this, and [`Self::renew`] is for whoever waits for the other side.
            eprintln!("the session of {:?} ended: {error}, after {} messages", self.peer, self.updates.len());
        }
    }

    /// How many UPDATE messages it has sent so far.
    pub fn updates(&self) -> u64 {
        self.updates.len() as u64
    }

    /// How the other side ended it, if it did.
    pub fn ending(&self) -> Option<String> {
        self.ending.lock().unwrap().clone()
    }

    /// Connects anew and sends all of it again, as a speaker does after the other side has ended the session.
    pub fn renew(&mut self) {
        let updates = std::mem::take(&mut self.updates);
        *self = Self::connect(self.peer, self.port, &self.capabilities);
        updates.iter().for_each(|update| self.update(update));
    }
}

fn send(stream: &Mutex<TcpStream>, kind: u8, body: &[u8]) -> io::Result<()> {
    let length = u16::try_from(19 + body.len()).unwrap().to_be_bytes();
    stream.lock().unwrap().write_all(&[&[0xff; 16], &length[..], &[kind], body].concat())
}

/// The type of the next message, and what follows its header.
fn receive(stream: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut header = [0; 19];
    stream.read_exact(&mut header)?;
    let length = usize::from(u16::from_be_bytes([header[16], header[17]])) - header.len();
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((header[18], body))
}

impl Drop for Session {
    /// Breaks the connection, which the thread that hears would keep.
    fn drop(&mut self) {
        self.stream.lock().unwrap().shutdown(Shutdown::Both).ok();
    }
}

/// Version 4, a hold time of 180 s (with none, gobgpd gives no message time to leave), and the capabilities.
fn open(peer: Peer, capabilities: &Capabilities) -> Vec<u8> {
    let mut listed = Vec::new();
    let mut add = |code: u8, value: &[u8]| {
        listed.extend([2, u8::try_from(2 + value.len()).unwrap(), code, u8::try_from(value.len()).unwrap()]);
        listed.extend(value);
    };
    for [high, low, safi] in FAMILIES {
        add(1, &[high, low, 0, safi]);
    }
    // Without a family it still says that the ends of RIB come.
    let mut restart = vec![0, 0];
    if let Some(seconds) = capabilities.graceful_restart {
        const RESTARTED: u16 = 0x8000;
        const FORWARDING_WENT_ON: u8 = 0x80;
        restart = (seconds | RESTARTED).to_be_bytes().to_vec();
        restart.extend(FAMILIES.iter().flat_map(|family| [&family[..], &[FORWARDING_WENT_ON]].concat()));
    }
    add(64, &restart);
    if capabilities.add_path {
        const SENDS: u8 = 2;
        add(69, &FAMILIES.iter().flat_map(|family| [&family[..], &[SENDS]].concat()).collect::<Vec<u8>>());
    }
    if let Some(name) = &capabilities.host_name {
        add(73, &[&[u8::try_from(name.len()).unwrap()], &name[..], &[0]].concat());
    }
    let mut open = vec![4];
    open.extend(u16::try_from(peer.asn()).unwrap().to_be_bytes());
    open.extend(180_u16.to_be_bytes());
    open.extend(peer.router_id().octets());
    open.push(u8::try_from(listed.len()).unwrap());
    open.extend(listed);
    open
}
