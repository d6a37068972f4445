use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddrV4, TcpStream};
use std::thread;

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use crate::{Peer, eventually};

const OPEN: u8 = 1;
const UPDATE: u8 = 2;
const KEEPALIVE: u8 = 4;

/// RFC 4271 section 4.1.
const LONGEST_MESSAGE: usize = 4096;

/// A BGP speaker that does one thing: announce and withdraw very many IPv4 routes in few messages (RFC 4271).
pub struct Speaker {
    stream: TcpStream,
    /// Who it is.
    pub peer: Peer,
    /// UPDATE messages sent so far.
    pub updates: u64,
}

/// The network of a route, by its index: a /24 somewhere in 1.0.0.0 to 126.255.255.0, none twice, and in no order, as
/// neighbours send them; a table that grew in order would be scanned faster than any real one.
fn network(index: u32) -> Ipv4Addr {
    const NETWORKS: u64 = 126 << 16;
    // A prime that does not divide the number of networks visits each of them once.
    let place = u64::from(index) * 5_915_587_277 % NETWORKS;
    Ipv4Addr::from((1 << 24) + (u32::try_from(place).unwrap() << 8))
}

impl Speaker {
    /// The prefix of a route, by its index.
    pub fn prefix(index: u32) -> String {
        format!("{}/24", network(index))
    }

    /// Establishes a session, without keepalives (hold time 0), with the bgpd that listens at this port of 127.0.0.1.
    pub fn connect(peer: Peer, port: u16) -> Self {
        let mut connected = None;
        eventually("bgpd accepts BGP", || {
            let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
            bind(&socket, &SocketAddrV4::new(peer.address(), 0)).unwrap();
            let is_accepted = connect(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).is_ok();
            connected = Some(socket);
            is_accepted
        });
        let mut speaker = Self { stream: connected.unwrap().into(), peer, updates: 0 };
        speaker.send(OPEN, &open(peer));
        speaker.send(KEEPALIVE, &[]);
        for expected in [OPEN, KEEPALIVE] {
            assert_eq!(speaker.receive(), expected, "bgpd does not want this peer");
        }
        let mut heard = speaker.stream.try_clone().unwrap();
        thread::spawn(move || io::copy(&mut heard, &mut io::sink()));
        // What it announces are changes of a table that it has sent already: nothing, and the End-of-RIB (RFC 4724).
        speaker.send(UPDATE, &[0; 4]);
        speaker
    }

    /// Announces the routes of these indexes, all with the same attributes.
    pub fn announce(&mut self, indexes: impl Iterator<Item = u32>, community: Option<(u16, u16)>) {
        let attributes = attributes(self.peer, community);
        let mut before_routes = vec![0, 0];
        before_routes.extend(u16::try_from(attributes.len()).unwrap().to_be_bytes());
        before_routes.extend(&attributes);
        let room = (LONGEST_MESSAGE - 19 - before_routes.len()) / 4;
        for_each_part(indexes, room, |routes| self.send(UPDATE, &[&before_routes[..], routes].concat()));
    }

    /// Withdraws the routes of these indexes.
    pub fn withdraw(&mut self, indexes: impl Iterator<Item = u32>) {
        for_each_part(indexes, (LONGEST_MESSAGE - 19 - 4) / 4, |routes| {
            let length = u16::try_from(routes.len()).unwrap().to_be_bytes();
            self.send(UPDATE, &[&length[..], routes, &[0, 0]].concat());
        });
    }

    fn send(&mut self, kind: u8, body: &[u8]) {
        self.updates += u64::from(kind == UPDATE);
        let mut message = vec![0xff; 16];
        message.extend(u16::try_from(19 + body.len()).unwrap().to_be_bytes());
        message.push(kind);
        message.extend(body);
        self.stream.write_all(&message).unwrap();
    }

    fn receive(&mut self) -> u8 {
        let mut header = [0; 19];
        self.stream.read_exact(&mut header).unwrap();
        let length = usize::from(u16::from_be_bytes([header[16], header[17]])) - header.len();
        self.stream.read_exact(&mut vec![0; length]).unwrap();
        header[18]
    }
}

impl Drop for Speaker {
    /// Ends the session, which the thread that hears would keep.
    fn drop(&mut self) {
        self.stream.shutdown(Shutdown::Both).ok();
    }
}

/// Passes routes as they stand in a message to `send`, at most `room` at a time.
fn for_each_part(indexes: impl Iterator<Item = u32>, room: usize, mut send: impl FnMut(&[u8])) {
    let mut indexes = indexes.peekable();
    while indexes.peek().is_some() {
        let routes = indexes.by_ref().take(room).flat_map(|index| {
            let [first, second, third, _] = network(index).octets();
            [24, first, second, third]
        });
        send(&routes.collect::<Vec<u8>>());
    }
}

/// Version 4, hold time 0, two capabilities: IPv4 unicast (RFC 4760), and graceful restart of no family, by which bgpd
/// says whether the End-of-RIB came (RFC 4724).
fn open(peer: Peer) -> Vec<u8> {
    let mut open = vec![4];
    open.extend(u16::try_from(peer.asn()).unwrap().to_be_bytes());
    open.extend([0, 0]);
    open.extend(peer.router_id().octets());
    open.extend([12, 2, 10, 1, 4, 0, 1, 0, 1, 64, 2, 0, 120]);
    open
}

fn attributes(peer: Peer, community: Option<(u16, u16)>) -> Vec<u8> {
    let mut attributes = vec![0x40, 1, 1, 0];
    attributes.extend([0x40, 2, 4, 2, 1]);
    attributes.extend(u16::try_from(peer.asn()).unwrap().to_be_bytes());
    attributes.extend([0x40, 3, 4]);
    attributes.extend(peer.router_id().octets());
    if let Some((high, low)) = community {
        attributes.extend([0xc0, 8, 4]);
        attributes.extend(high.to_be_bytes());
        attributes.extend(low.to_be_bytes());
    }
    attributes
}
