//! Prefixes: their one form, and merging them.

use bgp_community_services::collect::last_good::LastOutput as _;
use bgp_community_services::collect::services::{PrefixLimit, Services};
use bgp_community_services::prefix::{Family, Prefix, missing};
use bgp_community_services::publish::output::{LONGEST, OutputContent, OutputFile};
use bgpcs::{ApplicationName, MaxPrefixes, RefreshInterval};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use proptest::prelude::*;

#[test]
fn one_form() {
    for (text, form) in [
        ("13.107.6.152/31", "13.107.6.152/31"),
        ("13.107.6.153/31", "13.107.6.152/31"),
        ("10.255.255.255/8", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"),
        ("2001:DB8:0:0:1:0:0:1/64", "2001:db8::/64"),
        ("2001:db8::1/128", "2001:db8::1/128"),
        ("::ffff:10.1.2.3/120", "10.1.2.0/24"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::ffff:10.0.0.0/95", "::fffe:0:0/95"),
    ] {
        assert_eq!(text.parse::<Prefix>().unwrap().to_string(), form, "{text}");
    }
    for text in [
        "",
        "10.0.0.0",
        "10.0.0.0/33",
        "10.0.0/8",
        "::/129",
        "10.0.0.0/-1",
        "10.0.0.0/8 ",
        "a/8",
        "010.0.0.0/8",
        "10.0.0.0/08",
        "10.0.0.0/00",
        "::/00",
    ] {
        let error = text.parse::<Prefix>().unwrap_err().to_string();
        assert!(error.ends_with("is not a prefix, expected ADDRESS/LENGTH"), "{text}: {error}");
    }
    assert!(size_of::<Prefix>() <= 24);
}

#[test]
fn order() {
    let mut prefixes: Vec<Prefix> = ["::/0", "10.0.0.0/16", "2.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"]
        .map(|text| text.parse().unwrap())
        .into();
    prefixes.sort();
    let texts: Vec<_> = prefixes.iter().map(Prefix::to_string).collect();
    assert_eq!(texts, ["2.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "::/0", "2001:db8::/32"]);
}

proptest! {
    /// The order and the text of prefixes are those of `ipnet`, which has the same form of addresses as everybody.
    #[test]
    fn as_ipnet_has_it(nets in proptest::collection::vec(any_net(), 2)) {
        let prefixes: Vec<Prefix> = nets.iter().map(|net| Prefix::from(*net)).collect();
        let nets: Vec<IpNet> = prefixes.iter().map(|prefix| IpNet::from(*prefix)).collect();
        prop_assert_eq!(prefixes[0].cmp(&prefixes[1]), nets[0].cmp(&nets[1]));
        prop_assert_eq!(prefixes[0].to_string(), nets[0].to_string());
        prop_assert_eq!(prefixes[0].to_string().parse(), Ok(prefixes[0]));
    }

    /// What one sorted list has and the other has not.
    #[test]
    fn what_is_missing(lists in proptest::collection::vec(proptest::collection::btree_set(0..20_u8, 0..20), 2)) {
        let prefix = |last: &u8| Prefix::from(IpNet::from(Ipv4Net::new([192, 0, 2, *last].into(), 32).unwrap()));
        let [here, there] = [&lists[0], &lists[1]].map(|list| list.iter().map(prefix).collect::<Vec<_>>());
        let expected: Vec<_> = lists[0].difference(&lists[1]).map(prefix).collect();
        prop_assert_eq!(missing(&here, &there).collect::<Vec<_>>(), expected);
    }
}

/// Any prefix, often one of few addresses, so that two differ by their lengths alone.
fn any_net() -> impl Strategy<Value = IpNet> {
    let address = prop_oneof![any::<u128>(), 0..4_u128, Just(0xffff_0102_0304), Just(u128::MAX)];
    (any::<bool>(), address, 0..=128_u8).prop_map(|(is_v4, address, length)| match is_v4 {
        true => Ipv4Net::new((address as u32).into(), length / 4).unwrap().into(),
        false => Ipv6Net::new(address.into(), length).unwrap().into(),
    })
}

fn merged(nets: &[IpNet]) -> Vec<Prefix> {
    let name: ApplicationName = "any".parse().unwrap();
    let mut prefixes: Vec<_> = nets.iter().map(|net| Prefix::from(*net)).collect();
    prefixes.sort();
    prefixes.dedup();
    let mut services = Services::default();
    services.add(&name, &prefixes);
    services.aggregate();
    services.iter().flat_map(|(_, prefixes)| prefixes.to_vec()).collect()
}

/// Addresses by their last byte: all prefixes of the property lie in one /24, or /120.
fn addresses(prefixes: impl IntoIterator<Item = IpNet>) -> [[bool; 256]; 2] {
    let mut covered = [[false; 256]; 2];
    for net in prefixes {
        let (family, first, host_bits) = match net {
            IpNet::V4(net) => (0, net.network().octets()[3], 32 - net.prefix_len()),
            IpNet::V6(net) => (1, net.network().octets()[15], 128 - net.prefix_len()),
        };
        for offset in 0..1_usize << host_bits {
            covered[family][usize::from(first) + offset] = true;
        }
    }
    covered
}

fn net() -> impl Strategy<Value = IpNet> {
    (any::<bool>(), any::<u8>(), 0..=8_u8).prop_map(|(is_v4, last, host_bits)| match is_v4 {
        true => Ipv4Net::new([192, 0, 2, last].into(), 32 - host_bits).unwrap().trunc().into(),
        false => {
            let address = std::net::Ipv6Addr::from_bits((0x2001_0db8 << 96) + u128::from(last));
            Ipv6Net::new(address, 128 - host_bits).unwrap().trunc().into()
        }
    })
}

proptest! {
    #[test]
    fn merging_keeps_the_addresses(nets in proptest::collection::vec(net(), 0..40)) {
        let merged = merged(&nets);
        prop_assert_eq!(addresses(merged.iter().map(|prefix| IpNet::from(*prefix))), addresses(nets.clone()));
        prop_assert!(merged.is_sorted());
        // None lies in another, and no two are the halves of one.
        for (index, one) in merged.iter().enumerate() {
            let one = IpNet::from(*one);
            for another in merged.iter().skip(index + 1).map(|prefix| IpNet::from(*prefix)) {
                prop_assert!(!one.contains(&another) && !another.contains(&one));
                prop_assert!(one.supernet().is_none() || one.supernet() != another.supernet() || one.prefix_len() != another.prefix_len());
            }
        }
    }
}

#[test]
fn merging_across_families() {
    let nets = ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"].map(|text| text.parse().unwrap());
    let merged = merged(&nets);
    assert_eq!(merged.iter().map(Prefix::to_string).collect::<Vec<_>>(), ["0.0.0.0/0", "::/0"]);
    assert_eq!(merged.iter().map(Prefix::family).collect::<Vec<_>>(), Family::ALL);
    assert!(merged.iter().all(Prefix::is_default));
}

/// The most prefixes that may be written are read again in the next run, however long each of them is.
#[test]
fn what_is_written_is_read() {
    assert_eq!(PrefixLimit(MaxPrefixes::new(7).unwrap()).to_string(), "max-prefixes 7");
    let limit = PrefixLimit(MaxPrefixes::new(4_000_000_000).unwrap());
    assert_eq!(limit.to_string(), "the 1000000 that an output file may have");
    let name: ApplicationName = "any".parse().unwrap();
    let first = 0x2001_1db8_1234_5678_9abc_def0_u128 << 32;
    let prefix = |index: u64| {
        let address = std::net::Ipv6Addr::from_bits(first + 0x1000_0000 + (u128::from(index) << 2));
        Prefix::from(IpNet::V6(Ipv6Net::new(address, 126).unwrap()))
    };
    // A tenth of them, in a file of a tenth of what is read.
    let all: Vec<Prefix> = (0..limit.get() / 10).map(prefix).collect();
    let mut services = Services::default();
    services.add(&name, &all);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("output.json");
    OutputContent::new(RefreshInterval::default(), &services, None).write(&path).unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < LONGEST / 10);
    assert!(OutputFile(&path).services().get(&name) == all);
}
