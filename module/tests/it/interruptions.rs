//! Whoever reads the output file sees the old one or the new one, whole, whatever happens to those who write it.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Instant;

use bgpcs_testing::stand_in::{self, Answer, vty_reply};

use crate::scene::{self, Scene};

/// Enough that a run is not over in a moment.
const PREFIXES: u32 = 20_000;

/// A scene whose bgpd announces 20,000 prefixes of 10.0.0.0/8, or of another /8 when it is set so.
fn scene() -> (Scene, Arc<AtomicU8>) {
    let scene = Scene::new();
    let octet = Arc::new(AtomicU8::new(10));
    let current = Arc::clone(&octet);
    let [ten, eleven] = [10, 11].map(|first| {
        let prefix = |index: u32| std::net::Ipv4Addr::from((first << 24) + (index << 4));
        let route = |index| format!("\"{}/28\":[{{\"valid\":true}}]", prefix(index));
        let routes: Vec<_> = (0..PREFIXES).map(route).collect();
        vty_reply(0, &format!("{{\"routes\":{{{}}}}}", routes.join(",")))
    });
    let reply = move |request: &str| match current.load(Ordering::Relaxed) {
        _ if !request.ends_with("5010 json") || request.contains("ipv6") => vty_reply(0, scene::EMPTY),
        10 => ten.clone(),
        _ => eleven.clone(),
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(reply)));
    (scene, octet)
}

fn file(scene: &Scene) -> Vec<u8> {
    fs::read(scene.path("output.json")).unwrap()
}

fn run(scene: &Scene) {
    let ended = scene.command(&[]).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

fn partial_files(scene: &Scene) -> usize {
    let entries = fs::read_dir(scene.path("")).unwrap().chain(fs::read_dir(scene.path("state")).unwrap());
    entries
        .filter(|entry| entry.as_ref().unwrap().file_name().as_encoded_bytes().ends_with(b".partial"))
        .count()
}

#[test]
fn killed_at_any_moment() {
    let (scene, octet) = scene();
    run(&scene);
    let old = file(&scene);
    octet.store(11, Ordering::Relaxed);
    let began = Instant::now();
    run(&scene);
    let whole_run = began.elapsed();
    let new = file(&scene);
    assert_ne!(old, new);
    let mut replaced = 0;
    for moment in 0..60 {
        let before = file(&scene);
        octet.store(if before == old { 11 } else { 10 }, Ordering::Relaxed);
        let mut child = scene.command(&[]).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(whole_run * moment / 40);
        child.kill().unwrap();
        child.wait().unwrap();
        let after = file(&scene);
        assert!(after == old || after == new, "neither the old file nor the new one, after {moment}");
        replaced += usize::from(after != before);
    }
    assert!((1..60).contains(&replaced), "{replaced} of 60 runs replaced the file before they were killed");
    run(&scene);
    assert_eq!(partial_files(&scene), 0, "what killed runs left");
}

#[test]
fn many_at_once() {
    let (scene, _) = scene();
    run(&scene);
    let expected = file(&scene);
    let children: Vec<_> =
        (0..8).map(|_| scene.command(&[]).stderr(Stdio::piped()).spawn().unwrap()).collect();
    for child in children {
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(
            ended.status.success() && (said.is_empty() || said.contains("another process uses")),
            "{said}"
        );
        assert_eq!(file(&scene), expected);
    }
}

/// A limit on the size of files is what a full disk is, but for the number of the error.
#[test]
fn full_disk() {
    let (scene, octet) = scene();
    run(&scene);
    let before = file(&scene);
    octet.store(11, Ordering::Relaxed);
    let module = scene.command(&[]);
    let mut limited = Command::new("bash");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""])
        .arg(module.get_program())
        .args(module.get_args());
    let ended = limited.output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("SSR keeps its current prefixes") && said.contains("File too large"), "{said}");
    assert_eq!((file(&scene), partial_files(&scene)), (before, 0));
}
