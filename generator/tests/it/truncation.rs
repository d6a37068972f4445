//! A configuration cut off at any byte must not look like one with fewer routers.

use std::fs;
use std::path::Path;

use generate_pillar::authority::gather;
use generate_pillar::plan::plan;
use generate_pillar::read::End;

use crate::conductor::Conductor;

#[test]
fn a_cut_is_refused_wherever_it_can_be_seen() {
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/o365");
    for entry in fs::read_dir(scenario).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let whole = fs::read(&path).unwrap();
        let flat = path.ends_with("flat.pcli");
        let content = whole.trim_ascii_end().len();
        for length in 0..content {
            let cut = whole.get(..length).unwrap();
            let result = gather(cut).map(|(_, end)| end);
            let place = format!("{} cut after {length} bytes", path.display());
            match result {
                Err(_) => {}
                Ok(End::Unmarked) => assert!(flat && cut.ends_with(b"\n"), "{place}"),
                // Several snippets one after another: each of them is whole.
                Ok(End::Seen) => {
                    assert!(
                        path.ends_with("snippets.pcli") && cut.trim_ascii_end().ends_with(b"\nexit"),
                        "{place}"
                    );
                }
            }
        }
        let (authority, _) = gather(&*whole).unwrap();
        assert_eq!(plan(&authority).len(), 3);
    }
}

#[test]
fn a_refused_configuration_touches_nothing() {
    let conductor = Conductor::new();
    let netconf = include_bytes!("../data/o365/netconf.xml");
    assert_eq!(conductor.generate_from(netconf).status, 0);
    let files = conductor.files();
    for refused in [
        &b""[..],
        b" \n\t ",
        &netconf[..netconf.len() / 2],
        b"{}",
        b"<config/>",
        b"hello\n",
        b"[]",
        b"\xff\xfe<",
    ] {
        assert_eq!(conductor.generate_from(refused).status, 2, "{}", String::from_utf8_lossy(refused));
        assert_eq!(conductor.files(), files);
    }
}
