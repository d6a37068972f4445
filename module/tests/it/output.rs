//! The output file: read again as any JSON parser would read it, and replaced only when that changes anything.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::time::{Duration, UNIX_EPOCH};

use bgp_community_services::collect::last_good::LastOutput as _;
use bgp_community_services::collect::services::Services;
use bgp_community_services::prefix::Prefix;
use bgp_community_services::publish::output::{OutputContent, OutputFile};
use bgpcs::RefreshInterval;
use bgpcs::digest::digest_of_bytes;
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde::Deserialize;

use crate::scene::Scene;

/// The prefixes of these applications.
fn services(applications: &[(&str, &[&str])]) -> Services {
    let mut services = Services::default();
    for (name, prefixes) in applications {
        let mut prefixes: Vec<Prefix> = prefixes.iter().map(|text| text.parse().unwrap()).collect();
        prefixes.sort();
        services.add(&name.parse().unwrap(), &prefixes);
    }
    services
}

/// What a JSON parser makes of a file.
fn parsed(text: &[u8]) -> Option<Services> {
    #[derive(Deserialize)]
    struct File {
        services: Services,
    }

    serde_json::from_slice::<File>(text).ok().map(|file| file.services)
}

const APPLICATIONS: [(&str, &[&str]); 3] = [
    ("Office365", &["13.107.6.152/31", "255.255.255.255/32", "2603:1006::/40", "::1.2.3.4/128"]),
    ("a \": [\\}", &["0.0.0.0/0"]),
    ("é", &["::/0", "100.9.10.0/24"]),
];

/// Whatever is done to a file, it is read as a JSON parser reads it.
#[test]
fn as_a_parser_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("output.json");
    // To write a file that was made empty takes much longer.
    let read = |text: &[u8]| {
        let mut file = File::options().write(true).open(&path).unwrap();
        file.write_all(text).unwrap();
        file.set_len(text.len() as u64).unwrap();
        OutputFile(&path).services()
    };
    for (applications, error) in
        [(&APPLICATIONS[..], Some("a \"fault\" }")), (&APPLICATIONS[..1], None), (&[], None)]
    {
        let services = services(applications);
        OutputContent::new(RefreshInterval::default(), &services, error).write(&path).unwrap();
        let text = fs::read(&path).unwrap();
        assert_eq!(OutputFile(&path).services(), services);
        assert_eq!(parsed(&text).unwrap(), services);
        for at in 0..text.len() {
            let (before, after) = (&text[..at], &text[at + 1..]);
            let changed = b"}{[],:\"\\\n /0x\xff".iter().map(|byte| [before, &[*byte], after].concat());
            let moved =
                [before.to_vec(), [before, after].concat(), [before, &text[at..=at], &text[at..]].concat()];
            for text in changed.chain(moved) {
                let expected = parsed(&text).unwrap_or_default();
                assert_eq!(read(&text), expected, "{}", String::from_utf8_lossy(&text));
            }
        }
    }
}

/// Its prefixes are known without a query only if it is as it was.
#[test]
fn by_its_digest() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("output.json");
    let services = services(&APPLICATIONS);
    let content = OutputContent::new(RefreshInterval::default(), &services, None);
    assert_eq!(content.digest_if_in(&path), None);
    let digest = content.write(&path).unwrap();
    let text = fs::read(&path).unwrap();
    assert_eq!(digest, digest_of_bytes(&text));
    assert_eq!(content.digest_if_in(&path), Some(digest));
    assert_eq!(OutputFile(&path).services_of(digest), Some(services.clone()));
    assert_eq!(OutputFile(&path).services_of(digest + 1), None);
    for other in [[&text[..], b"\n"].concat(), text[..text.len() - 1].to_vec(), Vec::new()] {
        fs::write(&path, &other).unwrap();
        assert_eq!(OutputFile(&path).services_of(digest), None);
        assert_eq!(content.digest_if_in(&path), None);
    }
    // An earlier release may have had another form.
    let other = serde_json::to_vec(&serde_json::from_slice::<serde_json::Value>(&text).unwrap()).unwrap();
    fs::write(&path, &other).unwrap();
    assert_eq!(OutputFile(&path).services_of(digest_of_bytes(&other)), parsed(&other));
    fs::remove_file(&path).unwrap();
    assert_eq!(OutputFile(&path).services_of(digest), None);
}

/// A run that finds the same prefixes sets the time of the file. Only one that others made something else of is replaced.
#[test]
fn the_same_content() {
    let scene = Scene::new();
    let table =
        "BGP table version is 1\n   Network          Next Hop\n*> 10.0.0.0/8 x\n\nDisplayed  1 routes\n";
    let answer = Answer::Made(std::sync::Arc::new(move |request: &str| match request {
        "show bgp ipv4 unicast community 12076:5010" => vty_reply(0, table),
        _ => vty_reply(0, ""),
    }));
    stand_in::vty(&scene.path("bgpd.vty"), answer);
    let run = || assert!(scene.command(&["run"]).status().unwrap().success());
    run();
    let (path, moved) = (scene.path("output.json"), scene.path("moved.json"));
    assert_eq!(scene.prefixes(), "10.0.0.0/8 | ");
    let known = || fs::symlink_metadata(&path).unwrap();
    let set_old = || File::open(&path).unwrap().set_modified(UNIX_EPOCH + Duration::from_secs(1)).unwrap();
    let inode = known().ino();
    set_old();
    run();
    assert_eq!(known().ino(), inode);
    assert!(known().mtime() > 1);
    type Change<'c> = (&'c str, &'c dyn Fn());
    let changes: [Change<'_>; 3] = [
        ("permissions", &|| fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap()),
        ("a link", &|| {
            fs::rename(&path, &moved).unwrap();
            symlink(&moved, &path).unwrap();
        }),
        ("content", &|| fs::write(&path, "{}").unwrap()),
    ];
    for (what, change) in changes {
        change();
        run();
        assert!(known().is_file() && known().mode() & 0o7777 == 0o644, "{what}");
        assert_eq!(scene.prefixes(), "10.0.0.0/8 | ", "{what}");
    }
}
