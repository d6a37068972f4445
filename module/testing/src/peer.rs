use std::net::Ipv4Addr;

/// The number of a peer, from 1: its address is 127.0.0.(1 + number), its AS 64512 + number, and its routes have the
/// next hop 192.0.2.(1 + number), since bgpd refuses those on the loopback.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub u8);

impl Peer {
    /// Where it connects from.
    pub fn address(self) -> Ipv4Addr {
        Ipv4Addr::new(127, 0, 0, 1 + self.0)
    }

    /// Its BGP identifier, and the next hop of its IPv4 routes.
    pub fn router_id(self) -> Ipv4Addr {
        Ipv4Addr::new(192, 0, 2, 1 + self.0)
    }

    /// Its AS.
    pub fn asn(self) -> u32 {
        64512 + u32::from(self.0)
    }
}
