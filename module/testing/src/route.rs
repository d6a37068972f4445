use std::net::{Ipv4Addr, Ipv6Addr};

use crate::Peer;

/// A route as its speaker sends it (RFC 4271, RFC 4760): a prefix, and what it carries.
///
/// Its text is a prefix and words: `A:B` and `A:B:C` are communities and large ones by their numbers, `target:A:B` and
/// `origin:A:B` extended ones (A is an AS of two octets, of four when it is greater, or an IPv4 address), `id=N` is the
/// identifier of its path (RFC 7911), `med=N` the metric, `path=A,B` what follows the speaker's AS in the AS path.
#[derive(Debug, Clone)]
pub struct Route {
    pub(crate) network: Network,
    id: u32,
    med: Option<u32>,
    path: Vec<u16>,
    communities: Vec<u8>,
    large: Vec<u8>,
    extended: Vec<u8>,
}

/// A prefix as it stands in a message, without an identifier.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) is_ipv6: bool,
    octets: Vec<u8>,
}

impl Route {
    /// Reads its text.
    ///
    /// # Panics
    /// When that is none.
    pub fn new(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let mut route = Self {
            network: Network::new(words.next().unwrap()),
            id: 0,
            med: None,
            path: Vec::new(),
            communities: Vec::new(),
            large: Vec::new(),
            extended: Vec::new(),
        };
        words.for_each(|word| route.read(word));
        route
    }

    fn read(&mut self, word: &str) {
        if let Some(id) = word.strip_prefix("id=") {
            self.id = number(id);
        } else if let Some(med) = word.strip_prefix("med=") {
            self.med = Some(number(med));
        } else if let Some(path) = word.strip_prefix("path=") {
            self.path = path.split(',').map(number).collect();
        } else if let Some(target) = word.strip_prefix("target:") {
            self.extended.extend(extended(2, target));
        } else if let Some(origin) = word.strip_prefix("origin:") {
            self.extended.extend(extended(3, origin));
        } else if word.matches(':').count() == 2 {
            self.large.extend(word.split(':').flat_map(|part| number::<u32>(part).to_be_bytes()));
        } else {
            self.communities.extend(word.split(':').flat_map(|part| number::<u16>(part).to_be_bytes()));
        }
    }

    /// The prefix, with the identifier of the path where identifiers are sent.
    pub(crate) fn nlri(&self, with_id: bool) -> Vec<u8> {
        let id = self.id.to_be_bytes();
        [if with_id { &id[..] } else { &[] }, &self.network.octets].concat()
    }

    /// Every path attribute but those of multiprotocol BGP, in the order of their types.
    pub(crate) fn attributes(&self, peer: Peer) -> Vec<u8> {
        let mut attributes = attribute(0x40, 1, &[0]);
        let path = std::iter::once(u16::try_from(peer.asn()).unwrap()).chain(self.path.iter().copied());
        let path: Vec<u8> = path.flat_map(u16::to_be_bytes).collect();
        let segment = [&[2, u8::try_from(path.len() / 2).unwrap()], &path[..]].concat();
        attributes.extend(attribute(0x40, 2, &segment));
        if !self.network.is_ipv6 {
            attributes.extend(attribute(0x40, 3, &peer.router_id().octets()));
        }
        if let Some(med) = self.med {
            attributes.extend(attribute(0x80, 4, &med.to_be_bytes()));
        }
        for (kind, values) in [(8, &self.communities), (16, &self.extended), (32, &self.large)] {
            if !values.is_empty() {
                attributes.extend(attribute(0xc0, kind, values));
            }
        }
        attributes
    }
}

impl Network {
    fn new(prefix: &str) -> Self {
        let (address, length) = prefix.split_once('/').unwrap();
        let is_ipv6 = address.contains(':');
        let address = match is_ipv6 {
            true => address.parse::<Ipv6Addr>().unwrap().octets().to_vec(),
            false => address.parse::<Ipv4Addr>().unwrap().octets().to_vec(),
        };
        let length: u8 = number(length);
        let octets = [&[length], &address[..usize::from(length).div_ceil(8)]].concat();
        Self { is_ipv6, octets }
    }
}

/// A path attribute with its header.
pub(crate) fn attribute(flags: u8, kind: u8, value: &[u8]) -> Vec<u8> {
    const EXTENDED_LENGTH: u8 = 0x10;
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[flags | EXTENDED_LENGTH, kind], &length, value].concat()
}

/// An extended community of this subtype (RFC 4360, RFC 5668).
fn extended(subtype: u8, text: &str) -> Vec<u8> {
    let (administrator, assigned) = text.split_once(':').unwrap();
    if let Ok(address) = administrator.parse::<Ipv4Addr>() {
        return [&[1, subtype], &address.octets()[..], &number::<u16>(assigned).to_be_bytes()].concat();
    }
    let asn: u32 = number(administrator);
    match u16::try_from(asn) {
        Ok(short) => {
            [&[0, subtype], &short.to_be_bytes()[..], &number::<u32>(assigned).to_be_bytes()].concat()
        }
        Err(_) => [&[2, subtype], &asn.to_be_bytes()[..], &number::<u16>(assigned).to_be_bytes()].concat(),
    }
}

fn number<N: std::str::FromStr>(text: &str) -> N {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is no number of this size"))
}
