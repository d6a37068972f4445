//! Replies of GoBGP and of BaGPipe-BGP.

use super::*;

/// What was scanned, in words.
fn words_of(scanned: Scanned<'_>) -> String {
    match scanned {
        Scanned::Route(route) => {
            let best = if route.best { " best" } else { "" };
            format!("{}{best} {}", route.prefix, communities_text(route.communities)).trim_end().to_owned()
        }
        Scanned::Unreadable(prefix) => unreadable(prefix),
    }
}

#[test]
fn routes_of_gobgp() {
    let routes = |name: &str| {
        let mut items = Vec::new();
        gobgp::rib::read(&mut &seed("gobgp", name)[..], &mut |scanned| items.push(words_of(scanned)))
            .unwrap();
        items
    };
    assert_eq!(routes("null-communities.json"), ["10.0.0.0/8 best"]);
    let odd = [
        "10.0.0.0/8 12076:5010",
        "unreadable 10.0.0.0/8",
        "unreadable key",
        "10.1.0.0/16",
        "unreadable 10.1.0.0/16",
        "10.2.0.0/16",
        "unreadable 10.2.0.0/16",
    ];
    assert_eq!(routes("odd-values.json"), odd);
}

/// Only what is an address becomes a word of a command.
#[test]
fn neighbors_of_gobgp() {
    let neighbors = gobgp::neighbors::read(&mut &seed("gobgp", "odd-neighbors.json")[..]).unwrap();
    let addresses: Vec<_> = neighbors.known.iter().map(|neighbor| neighbor.address().to_owned()).collect();
    assert_eq!(addresses, ["192.0.2.1", "2001:db8::1", "fe80::1%eth0"]);
    assert_eq!(neighbors.unreadable, 5);
    assert!(neighbors.known.iter().all(|neighbor| neighbor.carries(Family::Ipv4)));
}

#[test]
fn the_command_of_gobgp() {
    let gobgp =
        |words: &[&str]| Settings::from_words([&["bgp-community-services"], words].concat()).unwrap().gobgp;
    assert_eq!(gobgp(&[]), PathBuf::from("/usr/bin/gobgp"));
    assert_eq!(gobgp(&["--gobgp", "/opt/gobgp"]), PathBuf::from("/opt/gobgp"));
}

#[test]
fn routes_of_bagpipe() {
    let routes = |name: &str| {
        let mut items = Vec::new();
        let each = &mut |scanned: Scanned<'_>| items.push(words_of(scanned));
        bagpipe::routes::read(&mut &seed("bagpipe", name)[..], Family::Ipv4, each).unwrap();
        items
    };
    assert_eq!(
        routes("route-targets-of-four-octets.json"),
        ["10.0.0.0/8 best target:64512:77 target:192.0.2.9:5 target:4200000000:77"]
    );
    let odd = [
        "unreadable key",
        "10.1.0.0/16 best",
        "unreadable 10.1.0.0/16",
        "10.2.0.0/16 best target:64512:9",
        "unreadable 10.2.0.0/16",
        "unreadable key",
        "10.3.0.0/16 best",
        "unreadable 10.3.0.0/16",
    ];
    assert_eq!(routes("odd-values.json"), odd);
}
