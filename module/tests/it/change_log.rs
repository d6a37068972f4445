//! The log of changes: what is appended can be read, and file and memory have a limit.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Command, Stdio};

use bgp_community_services::publish::change_log::{self, Entry, LIMIT_BYTES};
use bgp_community_services::publish::changes::{Change, Moved, Why};
use bgpcs_testing::{Used, alone, used_by};

use crate::scene::Scene;

fn change(time: u64, prefixes: usize) -> Entry {
    let prefixes = (0..prefixes).map(|n| format!("10.{}.{}.0/24", n / 256, n % 256).parse().unwrap());
    let prefixes: Vec<_> = prefixes.collect();
    Entry::Change(Change {
        time,
        application: "ExchangeOnline".parse().unwrap(),
        prefixes: 1,
        gained: Some(Moved { count: prefixes.len() as u64, why: Why::Announced, prefixes }),
        lost: None,
    })
}

/// The times of a log's entries.
fn times(scene: &Scene) -> Vec<u64> {
    let mut times = Vec::new();
    change_log::read(&scene.path("state"), &mut |entry| times.push(entry.time())).unwrap();
    times
}

/// Whatever stands in the file, what is appended can be read.
#[test]
fn a_log_that_was_interrupted() {
    for (case, content, expected) in [
        ("none", None, vec![5]),
        ("empty", Some(""), vec![5]),
        ("a whole line", Some("{\"time\":1,\"application\":\"A\",\"prefixes\":0}\n"), vec![1, 5]),
        ("no line break", Some("{\"time\":1,\"application\":\"A\",\"prefixes\":0}"), vec![1, 5]),
        ("half a line", Some("{\"version\":1}\n{\"time\":1,\"appl"), vec![5]),
        ("zeros", Some("{\"time\":1,\"application\":\"A\",\"prefixes\":0}\n\0\0\0"), vec![1, 5]),
        (
            "what a later release adds",
            Some("{\"time\":1,\"application\":\"A\",\"prefixes\":0,\"new\":[]}\n"),
            vec![1, 5],
        ),
        ("another kind", Some("{\"time\":1,\"else\":\"A\"}\n[]\n7\n"), vec![5]),
    ] {
        let scene = Scene::new();
        fs::create_dir(scene.path("state")).unwrap();
        if let Some(content) = content {
            fs::write(scene.path("state/changes.jsonl"), content).unwrap();
        }
        change_log::append(&scene.path("state"), &[change(5, 1)]).unwrap();
        assert_eq!(times(&scene), expected, "{case}");
    }
    let scene = Scene::new();
    change_log::append(&scene.path("."), &[change(5, 1)]).unwrap();
    let text = fs::read_to_string(scene.path("changes.jsonl")).unwrap();
    assert_eq!(
        text,
        "{\"version\":1}\n{\"time\":5,\"application\":\"ExchangeOnline\",\"prefixes\":1,\
         \"gained\":{\"count\":1,\"why\":\"announced\",\"prefixes\":[\"10.0.0.0/24\"]}}\n"
    );
}

/// A FIFO or a link in the file's place is an error, and nothing waits for its other end.
#[test]
fn what_is_no_file() {
    let scene = Scene::new();
    assert!(Command::new("mkfifo").arg(scene.path("changes.jsonl")).status().unwrap().success());
    let error = change_log::append(&scene.path("."), &[change(5, 1)]).unwrap_err().to_string();
    assert!(error.contains("changes.jsonl: it is no regular file"), "{error}");
    let error = change_log::read(&scene.path("."), &mut |_| {}).unwrap_err().to_string();
    assert!(error.contains("it is no regular file"), "{error}");
}

/// The oldest entries go first, and the file is rarely copied.
#[test]
fn the_log_is_bounded() {
    let scene = Scene::new();
    fs::create_dir(scene.path("state")).unwrap();
    let file = scene.path("state/changes.jsonl");
    let (mut copies, mut largest) = (0, 0);
    let mut inode = None;
    for time in 1..=500 {
        change_log::append(&scene.path("state"), &[change(time, 1000)]).unwrap();
        let metadata = fs::metadata(&file).unwrap();
        let now = std::os::unix::fs::MetadataExt::ino(&metadata);
        copies += usize::from(inode.replace(now).is_some_and(|before| before != now));
        largest = largest.max(metadata.len());
    }
    assert!(largest <= LIMIT_BYTES, "{largest}");
    let times = times(&scene);
    assert!(times.len() > 200 && times.is_sorted() && times.last() == Some(&500), "{times:?}");
    assert!(times.windows(2).all(|two| two[0] + 1 == two[1]), "{times:?}");
    assert!((1..=5).contains(&copies), "copied {copies} times");
    assert!(fs::read_to_string(&file).unwrap().starts_with("{\"version\":1}\n"));
}

/// The command's memory has a limit with a full log, whether of few large changes or of many small ones.
#[test]
fn of_a_full_log() {
    alone("change_log::of_a_full_log", || {
        type Line = fn(usize) -> String;
        let lines: [(&str, Line); 2] = [
            ("large", |n| {
                let prefixes: Vec<_> = (0..500).map(|k| format!("\"2001:db8:{n:x}:{k:x}::/64\"")).collect();
                format!(
                    "{{\"time\":{},\"application\":\"ExchangeOnline\",\"prefixes\":100000,\
                     \"gained\":{{\"count\":500,\"why\":\"announced\",\"prefixes\":[{}]}}}}\n",
                    1_800_000_000 + n,
                    prefixes.join(",")
                )
            }),
            ("small", |n| {
                format!(
                    "{{\"time\":{},\"application\":\"ExchangeOnline\",\"prefixes\":1,\
                     \"gained\":{{\"count\":1,\"why\":\"announced\",\"prefixes\":[\"::/0\"]}}}}\n",
                    1_800_000_000 + n
                )
            }),
        ];
        for (case, line) in lines {
            let scene = Scene::new();
            fs::create_dir(scene.path("state")).unwrap();
            let mut file = File::create(scene.path("state/changes.jsonl")).unwrap();
            let (mut length, mut n) = (0, 0);
            while length < LIMIT_BYTES as usize - 20_000 {
                let line = line(n);
                length += line.len();
                n += 1;
                file.write_all(line.as_bytes()).unwrap();
            }
            for words in [
                &["changes"][..],
                &["changes", "--json"],
                &["changes", "ExchangeOnline"],
                &["changes", "2001:db8::/32"],
            ] {
                let command = &mut scene.command(words);
                let Used { status, peak_bytes: peak, .. } = used_by(command.stdout(Stdio::null()));
                assert!(status.success(), "{case} {words:?}");
                assert!(peak < 32_000_000, "{case} {words:?}: {peak} bytes");
            }
        }
    });
}
