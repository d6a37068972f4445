//! The obvious client: one JSON query per community and family, each reply read whole.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::Value;

/// One refresh, whose result goes nowhere.
pub fn refresh(socket: &Path, communities: &[String]) {
    let mut bgpd = UnixStream::connect(socket).unwrap();
    let mut prefixes = 0;
    for community in communities {
        let mut found = BTreeSet::new();
        for family in ["ipv4", "ipv6"] {
            write!(bgpd, "show bgp {family} unicast community {community} json\0").unwrap();
            let mut reply = Vec::new();
            let mut chunk = [0; 65536];
            while !matches!(reply[..], [.., 0, 0, 0, _]) {
                let length = bgpd.read(&mut chunk).unwrap();
                reply.extend_from_slice(&chunk[..length]);
            }
            let reply: Value = serde_json::from_slice(&reply[..reply.len() - 4]).unwrap();
            found.extend(reply["routes"].as_object().unwrap().keys().cloned());
        }
        prefixes += found.len();
    }
    assert!(prefixes > 0, "bgpd has no such routes");
}
