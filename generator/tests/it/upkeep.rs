//! What a run finds in its way or not as it should be: it is corrected or named, and blocks nothing else.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use crate::conductor::{Conductor, outcome};
use crate::runs;

/// Routers of one node each, all with a profile, to the end.
fn authority(asset_ids: &[&str]) -> String {
    runs::authority(asset_ids) + "admin@node1.conductor1# \n"
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn no_run_leaves_temporary_files_of_another_one() {
    let conductor = Conductor::new();
    let config = authority(&["a"]);
    assert_eq!(conductor.generate_from(config.as_bytes()).status, 0);
    // Nothing is to be written; the second run only removes.
    for run in [&["--whole", "--config", "-"][..], &["purge"]] {
        for name in [".a.sls.partial", ".gone.sls.partial", ".complete.x1y2z3.partial"] {
            fs::write(conductor.pillar_dir().join(name), "half").unwrap();
        }
        fs::write(conductor.path("config"), &config).unwrap();
        let mut command = conductor.command();
        command.args(run).stdin(fs::File::open(conductor.path("config")).unwrap());
        assert_eq!(outcome(&mut command).status, 0);
        assert!(conductor.files().keys().all(|name| name == "a.sls"), "{:?}", conductor.files());
    }
}

#[test]
fn what_stands_in_the_way_of_a_temporary_file_is_named_and_blocks_nothing_else() {
    let conductor = Conductor::new();
    let at = |id: &str| conductor.pillar_dir().join(format!(".{id}.sls.partial"));
    fs::create_dir(at("directory")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    symlink("/nowhere", at("link")).unwrap();
    let run = conductor.generate_from(authority(&["directory", "link", "other", "pipe"]).as_bytes());
    assert_eq!(run.status, 1);
    for (id, kind) in [("directory", "directory"), ("link", "link"), ("pipe", "FIFO")] {
        let said = format!("the {kind} {} has the name of its temporary file; ", at(id).display());
        assert!(run.stderr.contains(&said), "{}", run.stderr);
        assert!(at(id).symlink_metadata().is_ok());
    }
    assert!(conductor.pillar_dir().join("other.sls").is_file());
    assert!(
        conductor
            .log()
            .contains("done: 1 written, 0 removed, 0 unchanged, 0 kept for nodes in error, 3 failed")
    );
}

#[test]
fn wrong_owners_and_permissions_are_corrected_and_reported() {
    let conductor = Conductor::new();
    let config = authority(&["a", "b", "c", "d"]);
    assert_eq!(conductor.generate_from(config.as_bytes()).status, 0);
    let file = |id: &str| conductor.pillar_dir().join(format!("{id}.sls"));
    let own = fs::metadata(file("a")).unwrap();
    let mut wrong = vec!["a.sls", "b.sls"];
    fs::set_permissions(file("a"), Permissions::from_mode(0o4640)).unwrap();
    fs::set_permissions(file("b"), Permissions::from_mode(0o666)).unwrap();
    // Only root can give a file to somebody else.
    if chown(file("c"), Some(65534), None).is_ok() {
        wrong.push("c.sls");
    }
    // Stricter is right.
    fs::set_permissions(file("d"), Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(conductor.pillar_dir(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(conductor.generate_from(config.as_bytes()).status, 0);
    let log = conductor.log();
    let said = wrong.join(", ").replace(", c.sls", " and c.sls");
    let said = if wrong.len() == 2 { "a.sls and b.sls".to_owned() } else { said };
    assert!(
        log.contains(&format!("note replacing pillar files whose owner or permissions were wrong: {said}; ")),
        "{log}"
    );
    assert!(log.contains("note the permissions of the pillar directory were 777, "), "{log}");
    for id in ["a", "b", "c"] {
        let now = fs::metadata(file(id)).unwrap();
        assert_eq!((mode(&file(id)), now.uid(), now.gid()), (0o640, own.uid(), own.gid()), "{id}");
    }
    assert_eq!((mode(&file("d")), mode(&conductor.pillar_dir())), (0o600, 0o750));
}

#[test]
fn a_directory_that_is_meant_to_be_shared_stays_so() {
    let conductor = Conductor::new();
    fs::set_permissions(conductor.pillar_dir(), Permissions::from_mode(0o1777)).unwrap();
    assert_eq!(conductor.generate_from(authority(&["a"]).as_bytes()).status, 0);
    assert_eq!(mode(&conductor.pillar_dir()), 0o1777);
}

#[test]
fn a_pipe_keeps_no_run_waiting() {
    let conductor = Conductor::new();
    let pipe = conductor.path("generator.log");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let run = conductor.generate_from(authority(&["a"]).as_bytes());
    assert_eq!(run.status, 0);
    assert!(run.stderr.contains("cannot write the log"), "{}", run.stderr);
    fs::remove_file(&pipe).unwrap();
    symlink("/dev/zero", &pipe).unwrap();
    let run = conductor.generate_from(authority(&["a"]).as_bytes());
    assert!(
        run.stderr.contains("it is not a regular file; messages go to standard error only"),
        "{}",
        run.stderr
    );

    // A pillar file and the directory itself.
    fs::remove_file(conductor.pillar_dir().join("a.sls")).unwrap();
    assert!(Command::new("mkfifo").arg(conductor.pillar_dir().join("a.sls")).status().unwrap().success());
    assert_eq!(conductor.generate_from(authority(&["a"]).as_bytes()).status, 0);
    assert!(conductor.pillar_dir().join("a.sls").is_file());
    fs::remove_dir_all(conductor.pillar_dir()).unwrap();
    assert!(Command::new("mkfifo").arg(conductor.pillar_dir()).status().unwrap().success());
    for options in [&["--dry-run"][..], &[]] {
        fs::write(conductor.path("config"), authority(&["a"])).unwrap();
        let run = outcome(conductor.command().arg("--config").arg(conductor.path("config")).args(options));
        assert_eq!(run.status, 2, "{}", run.stderr);
    }
}

#[test]
fn a_thread_that_cannot_be_started_costs_no_pillar() {
    let conductor = Conductor::new();
    let ids: Vec<String> = (0..1200).map(|index| format!("id{index}")).collect();
    let config = authority(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    fs::write(conductor.path("config"), config).unwrap();
    let mut command = conductor.command();
    // No machine has so much address space.
    command.env("RUST_MIN_STACK", (1_u64 << 50).to_string());
    let run = outcome(command.arg("--config").arg(conductor.path("config")));
    assert_eq!((run.status, conductor.files().len()), (0, 1200), "{}", run.stderr);
}
