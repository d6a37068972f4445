//! Who listens at a port of this machine, as the kernel lists it (`proc_net(5)`).
//!
//! ```text
//!   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//!    0: 0100007F:7B1D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 1 …
//! ```
//!
//! Only the rows of listeners say whose a socket is: that of a connection that nobody has accepted yet can show user 0.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The state `TCP_LISTEN` in hexadecimal.
const LISTEN: &str = "0A";

/// The tables of this program's network namespace. Without IPv6 there is no second one.
const TABLES: [&str; 2] = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];

/// The users of the sockets that listen at this address, or at every one that includes it.
///
/// A listener for every address of IPv6 may be for those of IPv4 as well, which the tables do not tell. Beside a listener of
/// IPv4 that takes the connection, it is not: the kernel lets two users listen at one port only if no address is for both of
/// them (`ip(7)`, `IPV6_V6ONLY` in `ipv6(7)`). So whoever holds the port for IPv6 alone cannot keep the module from asking
/// the route source.
///
/// # Errors
/// When the tables cannot be read.
pub fn at(address: SocketAddr) -> io::Result<Vec<u32>> {
    let (mut users, mut perhaps) = (Vec::new(), Vec::new());
    for table in TABLES {
        let file = match File::open(table) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && table.ends_with('6') => continue,
            file => file?,
        };
        for line in BufReader::new(file).lines() {
            let line = line?;
            let Some(listener) = Listener::of(&line) else { continue };
            match listener.accepts(address) {
                Accepts::Yes => users.push(listener.user),
                Accepts::Perhaps => perhaps.push(listener.user),
                Accepts::No => {}
            }
        }
    }
    if users.is_empty() {
        users = perhaps;
    }
    users.sort_unstable();
    users.dedup();
    Ok(users)
}

/// Whether a socket accepts connections to an address.
enum Accepts {
    Yes,
    /// If it is not for IPv6 alone.
    Perhaps,
    No,
}

struct Listener {
    address: SocketAddr,
    user: u32,
}

impl Listener {
    /// The listener of a row; none for another socket, and for the head.
    fn of(row: &str) -> Option<Self> {
        let mut fields = row.split_ascii_whitespace();
        let (ip, port) = fields.nth(1)?.split_once(':')?;
        let state = fields.nth(1)?;
        let user = fields.nth(3)?.parse().ok()?;
        let address = SocketAddr::new(ip_of(ip)?, u16::from_str_radix(port, 16).ok()?);
        (state == LISTEN).then_some(Self { address, user })
    }

    fn accepts(&self, wanted: SocketAddr) -> Accepts {
        let ip = self.address.ip().to_canonical();
        match ip {
            _ if self.address.port() != wanted.port() => Accepts::No,
            IpAddr::V6(any) if any.is_unspecified() && wanted.is_ipv4() => Accepts::Perhaps,
            ip if ip == wanted.ip() || (ip.is_unspecified() && ip.is_ipv4() == wanted.is_ipv4()) => {
                Accepts::Yes
            }
            IpAddr::V4(_) | IpAddr::V6(_) => Accepts::No,
        }
    }
}

/// An address as words of 32 bits in the byte order of the machine.
fn ip_of(hexadecimal: &str) -> Option<IpAddr> {
    let word = |at: usize| {
        let digits = hexadecimal.get(8 * at..8 * at + 8)?;
        u32::from_str_radix(digits, 16).ok().map(u32::to_ne_bytes)
    };
    match hexadecimal.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let bytes = [word(0)?, word(1)?, word(2)?, word(3)?].concat();
            <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}
