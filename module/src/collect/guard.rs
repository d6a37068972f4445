//! What may become a prefix of an application, whatever communities it carries. Values in, values out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bgpcs::{Application, ApplicationName, ModuleConfiguration, ProfileLeaf};
use serde::{Deserialize, Serialize};

use crate::prefix::{Family, Prefix};

/// Why a prefix is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guard {
    /// 0.0.0.0/8 (RFC 1122 section 3.2.1.3).
    ThisNetwork,
    /// `::/128` (RFC 4291 section 2.5.2).
    Unspecified,
    /// 127.0.0.0/8 (RFC 1122 section 3.2.1.3), `::1/128` (RFC 4291 section 2.5.3).
    Loopback,
    /// 169.254.0.0/16 (RFC 3927), `fe80::/10` (RFC 4291 section 2.5.6).
    LinkLocal,
    /// 224.0.0.0/4 (RFC 5771), `ff00::/8` (RFC 4291 section 2.7).
    Multicast,
    /// 240.0.0.0/4 (RFC 1112 section 4), with the limited broadcast address (RFC 8190).
    Reserved,
    /// `::ffff:0:0/96` in the IPv6 table (RFC 4291 section 2.5.5.2), which is not forwarded (RFC 6890).
    Ipv4Mapped,
    /// `::/96` (RFC 4291 section 2.5.5.1: deprecated).
    Ipv4Compatible,
    /// It is shorter than `shortest-ipv4-prefix`.
    ShortestIpv4Prefix,
    /// It is shorter than `shortest-ipv6-prefix`.
    ShortestIpv6Prefix,
    /// It is outside of every prefix in the application's `within`.
    Within,
}

impl Guard {
    /// What the prefixes are that it leaves out: the end of a sentence about them.
    pub fn reason(self) -> &'static str {
        match self {
            Self::ThisNetwork => "in 0.0.0.0/8, \"this network\"",
            Self::Unspecified => "the unspecified address",
            Self::Loopback => "loopback addresses",
            Self::LinkLocal => "link-local addresses",
            Self::Multicast => "multicast addresses",
            Self::Reserved => "reserved addresses",
            Self::Ipv4Mapped => "IPv4-mapped IPv6 addresses",
            Self::Ipv4Compatible => "IPv4-compatible IPv6 addresses",
            Self::ShortestIpv4Prefix => "shorter than shortest-ipv4-prefix",
            Self::ShortestIpv6Prefix => "shorter than shortest-ipv6-prefix",
            Self::Within => "outside of within",
        }
    }

    /// The leaf by which an operator sets it; none for addresses that are never taken.
    pub fn leaf(self) -> Option<&'static str> {
        match self {
            Self::ShortestIpv4Prefix => Some(ProfileLeaf::ShortestIpv4Prefix.name()),
            Self::ShortestIpv6Prefix => Some(ProfileLeaf::ShortestIpv6Prefix.name()),
            Self::Within => Some(bgpcs::ApplicationLeaf::Within.name()),
            Self::ThisNetwork
            | Self::Unspecified
            | Self::Loopback
            | Self::LinkLocal
            | Self::Multicast
            | Self::Reserved
            | Self::Ipv4Mapped
            | Self::Ipv4Compatible => None,
        }
    }
}

/// Blocks whose prefixes are never taken: those that the special-purpose address registries of IANA (RFC 6890, RFC 8190)
/// do not have as a destination beyond a link, and multicast. Private and shared space is an operator's own. The last row of
/// IPv4 is for prefixes that lie in the two blocks before it together.
const NEVER_IPV4: [(Guard, Ipv4Addr, u8); 6] = [
    (Guard::ThisNetwork, Ipv4Addr::new(0, 0, 0, 0), 8),
    (Guard::Loopback, Ipv4Addr::new(127, 0, 0, 0), 8),
    (Guard::LinkLocal, Ipv4Addr::new(169, 254, 0, 0), 16),
    (Guard::Multicast, Ipv4Addr::new(224, 0, 0, 0), 4),
    (Guard::Reserved, Ipv4Addr::new(240, 0, 0, 0), 4),
    (Guard::Reserved, Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// The same for IPv6.
const NEVER_IPV6: [(Guard, Ipv6Addr, u8); 5] = [
    (Guard::Unspecified, Ipv6Addr::UNSPECIFIED, 128),
    (Guard::Loopback, Ipv6Addr::LOCALHOST, 128),
    (Guard::Ipv4Compatible, Ipv6Addr::UNSPECIFIED, 96),
    (Guard::LinkLocal, Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    (Guard::Multicast, Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
];

/// The guards of a configuration.
#[derive(Debug, Clone)]
pub struct Guards {
    shortest_ipv4: u32,
    shortest_ipv6: u32,
    applications: Vec<(ApplicationName, Vec<Prefix>)>,
}

impl Guards {
    /// Those of this configuration.
    pub fn of(configuration: &ModuleConfiguration) -> Self {
        Self {
            shortest_ipv4: configuration.shortest_ipv4_prefix.get(),
            shortest_ipv6: configuration.shortest_ipv6_prefix.get(),
            applications: configuration.applications.iter().map(within).collect(),
        }
    }

    /// Those of one application.
    pub fn of_application(&self, application: &ApplicationName) -> ApplicationGuards<'_> {
        let within = self.applications.iter().find(|(name, _)| name == application);
        ApplicationGuards {
            shortest_ipv4: self.shortest_ipv4,
            shortest_ipv6: self.shortest_ipv6,
            within: within.map_or(&[], |(_, within)| within),
        }
    }
}

/// The guards of one application.
#[derive(Debug, Clone, Copy)]
pub struct ApplicationGuards<'g> {
    shortest_ipv4: u32,
    shortest_ipv6: u32,
    within: &'g [Prefix],
}

impl ApplicationGuards<'_> {
    /// The guard that leaves out a prefix, found in the table of a family; none if it may be used.
    pub fn against(&self, table: Family, prefix: Prefix) -> Option<Guard> {
        let length = u32::from(prefix.parts().1);
        let too_short = || match prefix.family() {
            Family::Ipv4 => (length < self.shortest_ipv4).then_some(Guard::ShortestIpv4Prefix),
            Family::Ipv6 => (length < self.shortest_ipv6).then_some(Guard::ShortestIpv6Prefix),
        };
        let outside = || (!self.within.is_empty() && !lies_in(self.within, prefix)).then_some(Guard::Within);
        never_taken(table, prefix).or_else(too_short).or_else(outside)
    }

    /// Whether a prefix may be used, if it was found in the table of its own family.
    pub fn admits(&self, prefix: Prefix) -> bool {
        self.against(prefix.family(), prefix).is_none()
    }
}

/// The block of addresses that are never taken in which a prefix lies wholly, found in the table of a family.
fn never_taken(table: Family, prefix: Prefix) -> Option<Guard> {
    if table == Family::Ipv6 && prefix.family() == Family::Ipv4 {
        return Some(Guard::Ipv4Mapped);
    }
    let (address, length) = prefix.parts();
    // It lies in a block if it is as long, and its address is that of the block as far as the block goes.
    let lies_in = |bits: u8, in_common: u32| bits <= length && in_common >= u32::from(bits);
    match address {
        IpAddr::V4(address) => {
            let in_common = |block: Ipv4Addr| (address.to_bits() ^ block.to_bits()).leading_zeros();
            NEVER_IPV4.iter().find(|(_, block, bits)| lies_in(*bits, in_common(*block))).map(|found| found.0)
        }
        IpAddr::V6(address) => {
            let in_common = |block: Ipv6Addr| (address.to_bits() ^ block.to_bits()).leading_zeros();
            NEVER_IPV6.iter().find(|(_, block, bits)| lies_in(*bits, in_common(*block))).map(|found| found.0)
        }
    }
}

/// The `within` of an application, sorted and without those that lie in another.
fn within(application: &Application) -> (ApplicationName, Vec<Prefix>) {
    let mut within: Vec<Prefix> = application.within.iter().copied().map(Prefix::from).collect();
    within.sort_unstable();
    within.dedup_by(|inner, outer| outer.contains(*inner));
    (application.application_name.clone(), within)
}

/// Whether a prefix lies in one of these, which are sorted and do not overlap.
fn lies_in(within: &[Prefix], prefix: Prefix) -> bool {
    let after = within.partition_point(|one| *one <= prefix);
    after.checked_sub(1).and_then(|at| within.get(at)).is_some_and(|one| one.contains(prefix))
}
