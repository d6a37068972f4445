//! The module against a real bgpd that has its routes from real BGP peers.

use std::fs;
use std::path::Path;

use bgp_community_services::drive::once::run;
use bgp_community_services::settings::Settings;
use bgpcs_testing::{Bgpd, ExaBgp, Peer};

/// Each scenario is a configuration and the file that the module has to write; the routes are those of
/// `peer-1.routes` and `peer-2.routes` beside them. `BLESS=1` rewrites what is expected.
#[test]
fn scenarios() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bgpd");
    let peers = [Peer(1), Peer(2)];
    let bgpd = Bgpd::start(&peers);
    let routes =
        peers.map(|Peer(number)| fs::read_to_string(data.join(format!("peer-{number}.routes"))).unwrap());
    let _speakers = [0, 1].map(|at| ExaBgp::start(peers[at], &bgpd, &routes[at].lines().collect::<Vec<_>>()));
    for (peer, routes) in peers.into_iter().zip(&routes) {
        bgpd.await_prefixes(peer, routes.lines().count() as u64);
    }
    let mut failures = Vec::new();
    for scenario in
        fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        let written = output_of(&bgpd, &scenario.join("config.json"));
        let expected = scenario.join("output.json");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &written).unwrap();
        }
        if fs::read_to_string(&expected).ok().as_deref() != Some(&written) {
            failures.push(format!("{}: got {written}", expected.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Without BGP nothing is withdrawn, and the run says what bgpd said.
#[test]
fn a_bgpd_that_has_no_bgp_is_no_answer() {
    let bgpd = Bgpd::start_with("");
    let scratch = tempfile::tempdir().unwrap();
    let configuration = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/o365.json");
    let state = run(&settings(&bgpd, &configuration, scratch.path())).unwrap();
    let error = state.error.unwrap();
    assert!(error.text.starts_with("AttributeError: "), "{error:?}");
    assert!(error.causes.contains(&"bgpd said: Default BGP instance not found".to_owned()), "{error:?}");
}

fn output_of(bgpd: &Bgpd, configuration: &Path) -> String {
    let scratch = tempfile::tempdir().unwrap();
    run(&settings(bgpd, configuration, scratch.path())).unwrap();
    fs::read_to_string(scratch.path().join("output.json")).unwrap()
}

fn settings(bgpd: &Bgpd, configuration: &Path, scratch: &Path) -> Settings {
    let output = scratch.join("output.json");
    let words: [&std::ffi::OsStr; 9] = [
        "bgp-community-services".as_ref(),
        "--config".as_ref(),
        configuration.as_ref(),
        "--output".as_ref(),
        output.as_ref(),
        "--state-dir".as_ref(),
        scratch.as_ref(),
        "--bgpd-socket".as_ref(),
        &bgpd.socket().into_os_string(),
    ];
    Settings::from_words(words).unwrap()
}
