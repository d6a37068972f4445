//! What a run does to a directory that has a past.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use generate_pillar::pillar::{PillarDir, PillarDirError};

use crate::conductor::{Conductor, outcome};

/// An authority of routers `r0…` with one node each, and a profile for all of them.
pub fn authority(asset_ids: &[&str]) -> String {
    let mut text = String::from(
        "config authority bgp-community-services-profile P name P\n\
         config authority bgp-community-services-profile P application a bgp-community 1:1\n",
    );
    for (index, id) in asset_ids.iter().enumerate() {
        text += &format!("config authority router r{index} bgp-community-services-profile P\n");
        text += &format!("config authority router r{index} node n asset-id {id}\n");
    }
    text
}

fn names(conductor: &Conductor) -> Vec<String> {
    conductor.files().into_keys().collect()
}

#[test]
fn a_second_run_writes_only_what_changed() {
    let conductor = Conductor::new();
    let config = authority(&["a", "b", "c"]);
    assert_eq!(conductor.generate_from(config.as_bytes()).status, 0);
    let first = conductor.files();
    let inode = |name: &str| {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(conductor.pillar_dir().join(name)).unwrap().ino()
    };
    let inodes = ["a.sls", "b.sls", "c.sls"].map(inode);
    fs::write(conductor.pillar_dir().join("b.sls"), "edited by hand").unwrap();
    fs::set_permissions(conductor.pillar_dir().join("c.sls"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(conductor.generate_from(config.as_bytes()).status, 0);
    assert_eq!(conductor.files(), first);
    assert_eq!(inode("a.sls"), inodes[0]);
    assert_ne!(inode("c.sls"), inodes[2]);
    for name in names(&conductor) {
        let mode = fs::metadata(conductor.pillar_dir().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
    let log = conductor.log();
    let lines = log.lines().map(|line| line.split_once(' ').unwrap().1);
    let lines: Vec<_> = lines.filter(|line| line.starts_with("done: ")).collect();
    assert!(lines[0].starts_with("done: 3 written, 0 removed, 0 unchanged, 0 kept"), "{log}");
    assert!(lines[1].starts_with("done: 2 written, 0 removed, 1 unchanged, 0 kept"), "{log}");
    let foreign = "note replacing pillar files that generate_pillar did not write: b.sls; ";
    assert_eq!(log.matches(foreign).count(), 1, "{log}");
}

#[test]
fn only_own_files_go() {
    let conductor = Conductor::new();
    assert_eq!(conductor.generate_from(authority(&["a", "b", "c"]).as_bytes()).status, 0);
    let dir = conductor.pillar_dir();
    fs::write(dir.join("init.sls"), "include: []\n").unwrap();
    fs::copy(dir.join("a.sls"), dir.join("a-copy.sls")).unwrap();
    fs::create_dir(dir.join("folder.sls")).unwrap();
    // Read, a pipe would wait for ever; followed, a link would lead out of the directory.
    assert!(Command::new("mkfifo").arg(dir.join("pipe.sls")).status().unwrap().success());
    fs::rename(dir.join("b.sls"), conductor.path("elsewhere")).unwrap();
    symlink(conductor.path("elsewhere"), dir.join("b.sls")).unwrap();
    fs::write(dir.join(".a.sls.partial"), "left by a killed run").unwrap();
    let two = authority(&["a", "b", "d"]);
    assert_eq!(conductor.generate_from(two.as_bytes()).status, 0);
    fs::remove_dir(dir.join("folder.sls")).unwrap();
    fs::remove_file(dir.join("pipe.sls")).unwrap();
    assert!(
        fs::symlink_metadata(dir.join("b.sls")).unwrap().is_file() && conductor.path("elsewhere").is_file()
    );
    assert_eq!(names(&conductor), ["a-copy.sls", "a.sls", "b.sls", "d.sls", "init.sls"]);
    assert_eq!(outcome(conductor.command().arg("purge")).status, 0);
    assert_eq!(names(&conductor), ["a-copy.sls", "init.sls"]);
}

#[test]
fn a_dry_run_says_what_it_would_do_and_touches_nothing() {
    let conductor = Conductor::new();
    let config = conductor.path("config");
    fs::write(&config, authority(&["a", "b", "c", "d\u{202e}"])).unwrap();
    fs::remove_dir(conductor.pillar_dir()).unwrap();
    let dry = |position: usize| {
        let mut arguments = vec!["purge"];
        arguments.insert(position, "--dry-run");
        outcome(conductor.command().args(arguments))
    };
    let first = outcome(conductor.command().arg("--dry-run").arg("--config").arg(&config));
    assert_eq!(first.status, 0);
    let files: String = first.stdout.split_inclusive('\n').filter(|line| !line.starts_with("  ")).collect();
    assert_eq!(
        files,
        "would write a.sls\nwould write b.sls\nwould write c.sls\nwould write \"d\\u{202e}.sls\"\n\
         would be: 4 written, 0 removed, 0 unchanged, 0 kept for nodes in error\n"
    );
    assert!(!conductor.pillar_dir().exists() && conductor.log().is_empty());
    assert_eq!(conductor.generate(&config).status, 0);
    let (before, after) = (dry(0), dry(1));
    assert_eq!(before, after);
    let removed = "would remove \"d\\u{202e}.sls\"\n\
                   would be: 0 written, 4 removed, 0 unchanged, 0 kept for nodes in error\n";
    assert!(before.stdout.ends_with(removed), "{}", before.stdout);
    assert_eq!(names(&conductor).len(), 4);
}

#[test]
fn a_configuration_without_a_seen_end_warns_of_removals_and_cannot_remove_most_files() {
    let conductor = Conductor::new();
    let doubt = "pillar files, but the configuration may be incomplete: flat PCLI text has no end mark; add the prompt \
                 that follows it in the terminal as its last line";
    for (ids, warning) in
        [(&["a", "b", "c", "d"][..], None), (&["a", "b", "c"], Some("warning removing 1 of 4"))]
    {
        let run = conductor.generate_from(authority(ids).as_bytes());
        assert_eq!(run.status, 0);
        for said in [run.stderr, conductor.log()] {
            assert_eq!(said.matches(doubt).count(), usize::from(warning.is_some()), "{said}");
            assert!(said.contains(warning.unwrap_or_default()), "{said}");
        }
    }
    let first = conductor.files();
    let cut = authority(&["a"]);
    let refused = conductor.generate_from(cut.as_bytes());
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("2 of 3 pillar files would be removed"), "{}", refused.stderr);
    assert_eq!(conductor.files(), first);
    let whole = format!("admin@node1.conductor1# show config running flat\n{cut}\nadmin@node1.conductor1# ");
    let done = conductor.generate_from(whole.as_bytes());
    assert!(done.status == 0 && !done.stderr.contains("pillar files"), "{}", done.stderr);
    assert_eq!(names(&conductor), ["a.sls"]);
    assert!(conductor.log().contains("note removing 2 of 3 pillar files"), "{}", conductor.log());
}

#[test]
fn concurrent_runs_wait_for_each_other() {
    let conductor = Conductor::new();
    let ids: Vec<String> = (0..200).map(|index| format!("id{index}")).collect();
    let config = conductor.path("config");
    fs::write(&config, authority(&ids.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    let start = || {
        let mut command = conductor.command();
        command.arg("--config").arg(&config).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    };
    let runs: Vec<_> = (0..6).map(|_| start()).collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(names(&conductor).len(), 200);
    let log = conductor.log();
    assert_eq!(log.lines().filter(|line| line.contains("done: 200 written")).count(), 1, "{log}");
    assert_eq!(log.lines().filter(|line| line.contains("200 unchanged")).count(), 5, "{log}");
}

#[test]
fn a_file_that_cannot_be_replaced_does_not_keep_the_others_from_it() {
    let conductor = Conductor::new();
    fs::create_dir_all(conductor.pillar_dir().join("b.sls/in the way")).unwrap();
    let outcome = conductor.generate_from(authority(&["a", "b", "c"]).as_bytes());
    assert_eq!(outcome.status, 1);
    assert!(outcome.stderr.contains("error cannot write"), "{}", outcome.stderr);
    assert!(
        conductor.log().contains(
            "done: 2 written, 0 removed, 0 unchanged, 0 kept for nodes in error, 1 failed; 3 routers"
        ),
        "{}",
        conductor.log()
    );
    fs::remove_dir_all(conductor.pillar_dir().join("b.sls")).unwrap();
    assert_eq!(names(&conductor), ["a.sls", "c.sls"]);
}

#[test]
fn a_run_that_waits_says_so() {
    let conductor = Conductor::new();
    let directory = conductor.pillar_dir();
    for arguments in [&[][..], &["--dry-run"], &["purge"], &["status"]] {
        let held = PillarDir::lock(&directory, Duration::from_secs(60), || {}).unwrap();
        let config = conductor.path("config");
        fs::write(&config, authority(&["a"])).unwrap();
        let mut command = conductor.command();
        command.arg("--config").arg(&config).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut run = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(run.stderr.as_mut().unwrap()).read_line(&mut said).unwrap();
        drop(held);
        assert_ne!(run.wait().unwrap().code(), Some(2));
        let directory = directory.display();
        let expected = format!(
            "generate_pillar: note another generate_pillar is working on {directory}; wait up to 60 seconds for it to \
             end\n"
        );
        assert_eq!(said, expected, "{arguments:?}");
    }
}

#[test]
fn a_run_does_not_wait_for_ever() {
    let conductor = Conductor::new();
    let held = PillarDir::lock(&conductor.pillar_dir(), Duration::ZERO, || {}).unwrap();
    let second = PillarDir::lock(&conductor.pillar_dir(), Duration::from_millis(1), || {});
    assert!(matches!(second, Err(PillarDirError::Busy { .. })), "{second:?}");
    drop(held);
    // Another test's process that is just being started has a copy of the lock until it runs its program.
    assert!(PillarDir::lock(&conductor.pillar_dir(), Duration::from_secs(60), || {}).is_ok());
}

#[test]
fn a_killed_run_leaves_whole_files_and_the_next_one_completes_them() {
    let conductor = Conductor::new();
    let ids: Vec<String> = (0..600).map(|index| format!("id{index}")).collect();
    let config = conductor.path("config");
    fs::write(&config, authority(&ids.iter().map(String::as_str).collect::<Vec<_>>())).unwrap();
    assert_eq!(conductor.generate(&config).status, 0);
    let whole = conductor.files();
    for delay in [4, 12, 25, 50] {
        fs::remove_dir_all(conductor.pillar_dir()).unwrap();
        let mut run = conductor.command().arg("--config").arg(&config).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(delay));
        run.kill().unwrap();
        run.wait().unwrap();
        for (name, content) in conductor.files().iter().filter(|(name, _)| !name.starts_with('.')) {
            assert_eq!(Some(content), whole.get(name), "{name} after {delay} ms");
        }
        assert_eq!(conductor.generate(&config).status, 0);
        assert_eq!(conductor.files(), whole);
    }
}

#[test]
fn the_exit_status_tells_findings_from_what_could_not_be_done() {
    let conductor = Conductor::new();
    let [config, unwritable] = ["config", "config/report"].map(|name| conductor.path(name));
    let unwritable = unwritable.to_str().unwrap();
    // Its only finding is an error that keeps no pillar from being generated.
    fs::write(&config, authority(&["a"])).unwrap();
    let cases: [(&[&str], i32); 4] =
        [(&["check"], 1), (&["check", "--report", unwritable], 2), (&[], 0), (&["--report", unwritable], 1)];
    for (arguments, status) in cases {
        let run = outcome(conductor.command().arg("--config").arg(&config).args(arguments));
        assert_eq!(run.status, status, "{arguments:?}");
        assert!(run.stderr.contains("error mode-module-missing: "), "{}", run.stderr);
    }
    assert_eq!(names(&conductor), ["a.sls"]);
}

#[test]
fn what_cannot_be_read_or_logged_is_said() {
    let conductor = Conductor::new();
    let absent = conductor.generate(&conductor.path("absent"));
    assert_eq!(absent.status, 2);
    assert!(absent.stderr.contains("cannot open the configuration"), "{}", absent.stderr);
    assert!(conductor.log().contains("cannot open the configuration"));
    fs::remove_file(conductor.path("generator.log")).unwrap();
    fs::create_dir(conductor.path("generator.log")).unwrap();
    let unlogged = conductor.generate_from(authority(&["a"]).as_bytes());
    assert_eq!((unlogged.status, unlogged.stderr.contains("cannot write the log")), (0, true));
    assert_eq!(outcome(conductor.command().arg("--no-such-option")).status, 2);
}

/// What a dry run prints for a router whose profile goes from some lines to others; from none, it has no pillar yet.
fn dry_run_between(before: &[&str], after: &[&str]) -> String {
    let conductor = Conductor::new();
    let config = conductor.path("config");
    let text = |lines: &[&str]| {
        let lines =
            lines.iter().map(|line| format!("config authority bgp-community-services-profile P {line}\n"));
        lines.collect::<String>()
            + "config authority router r node n asset-id n\nconfig authority router r bgp-community-services-profile P\n"
    };
    if !before.is_empty() {
        fs::write(&config, text(before)).unwrap();
        assert_eq!(conductor.generate(&config).status, 0);
    }
    fs::write(&config, text(after)).unwrap();
    outcome(conductor.command().arg("--dry-run").arg("--config").arg(&config)).stdout
}

#[test]
fn a_dry_run_says_what_comes_and_what_goes() {
    let communities: Vec<String> =
        (0..60).map(|number| format!("application a bgp-community 1:{number}")).collect();
    let many: Vec<&str> = communities.iter().map(String::as_str).collect();
    let before =
        ["application a bgp-community 1:0", "application gone bgp-community 1:2", "refresh-interval 90"];
    let after = [
        "application a bgp-community 1:0",
        "application a bgp-community 1:1",
        "application \"b c\" bgp-community 1:3",
        "application \"b c\" within 10.0.0.0/8",
        "largest-loss 50",
    ];
    assert_eq!(
        dry_run_between(&before, &after),
        "would write n.sls\n  - application gone\n  - application gone bgp-community 1:2\n  - refresh-interval 90\n\
         \x20 + application a bgp-community 1:1\n  + application \"b c\"\n  + application \"b c\" bgp-community 1:3\n\
         \x20 + application \"b c\" within 10.0.0.0/8\n  + largest-loss 50\n\
         would be: 1 written, 0 removed, 0 unchanged, 0 kept for nodes in error\n"
    );
    let long = dry_run_between(&before[..1], &many);
    assert!(long.contains("\n  and 19 more\n") && long.lines().count() == 43, "{long}");
    let new = dry_run_between(&[], &before);
    assert!(new.contains("+ application gone bgp-community 1:2\n"), "{new}");
}
