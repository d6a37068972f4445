//! A BGP speaker that does one thing: announce very many IPv4 routes in few messages (RFC 4271).

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::thread;

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use crate::harness::{Bgpd, Peer};

const OPEN: u8 = 1;
const UPDATE: u8 = 2;
const KEEPALIVE: u8 = 4;

/// RFC 4271 section 4.1.
const LONGEST_MESSAGE: usize = 4096;

pub struct Speaker {
    stream: TcpStream,
    peer: Peer,
}

/// The network of a route, by its index: a /24 somewhere in 1.0.0.0 to 126.255.255.0, none twice, and in no order, as
/// neighbours send them; a table that grew in order would be scanned faster than any real one.
fn network(index: u32) -> Ipv4Addr {
    const NETWORKS: u64 = 126 << 16;
    // A prime that does not divide the number of networks visits each of them once.
    let place = u64::from(index) * 5_915_587_277 % NETWORKS;
    Ipv4Addr::from((1 << 24) + (u32::try_from(place).unwrap() << 8))
}

/// The prefix of a route, by its index.
pub fn prefix(index: u32) -> String {
    format!("{}/24", network(index))
}

impl Speaker {
    /// Establishes a session without keepalives (hold time 0).
    pub fn connect(peer: Peer, bgpd: &Bgpd) -> Self {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        bind(&socket, &SocketAddrV4::new(peer.address(), 0)).unwrap();
        connect(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, bgpd.port)).unwrap();
        let mut speaker = Self { stream: socket.into(), peer };
        speaker.send(OPEN, &open(peer));
        speaker.send(KEEPALIVE, &[]);
        for expected in [OPEN, KEEPALIVE] {
            assert_eq!(speaker.receive(), expected, "bgpd does not want this peer");
        }
        let heard = speaker.stream.try_clone().unwrap();
        thread::spawn(|| crate::drain(heard));
        speaker
    }

    /// Announces the routes of these indexes, all with the same attributes.
    pub fn announce(&mut self, indexes: impl Iterator<Item = u32>, community: Option<(u16, u16)>) {
        let attributes = attributes(self.peer, community);
        let room = (LONGEST_MESSAGE - 19 - 4 - attributes.len()) / 4;
        let mut indexes = indexes.peekable();
        while indexes.peek().is_some() {
            let mut update = vec![0, 0];
            update.extend(u16::try_from(attributes.len()).unwrap().to_be_bytes());
            update.extend(&attributes);
            for index in indexes.by_ref().take(room) {
                update.push(24);
                update.extend(&network(index).octets()[..3]);
            }
            self.send(UPDATE, &update);
        }
    }

    fn send(&mut self, kind: u8, body: &[u8]) {
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

/// Version 4, hold time 0, one capability: IPv4 unicast (RFC 4760).
fn open(peer: Peer) -> Vec<u8> {
    let mut open = vec![4];
    open.extend(u16::try_from(peer.asn()).unwrap().to_be_bytes());
    open.extend([0, 0]);
    open.extend(peer.router_id().octets());
    open.extend([8, 2, 6, 1, 4, 0, 1, 0, 1]);
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
