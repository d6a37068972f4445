//! The one table of exit statuses.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use bgp_community_services_cli::exit::Exit;
use bgpcs_testing::{Process, eventually};
use rustix::process::geteuid;

use crate::scene::Scene;

#[test]
fn of_each_command() {
    for (words, expected) in [
        (&["--version"][..], Exit::Healthy),
        (&["explain", "--help"], Exit::Healthy),
        // With the documented error in it.
        (&["run"], Exit::Healthy),
        (&["show"], Exit::Degraded),
        (&["changes"], Exit::Healthy),
        (&["doctor"], Exit::Broken),
        (&["explain", "12076:5010"], Exit::Broken),
        (&["explain", "12076:99999"], Exit::CannotTell),
        (&["report", "--html", "/dev/null/report.html"], Exit::CannotTell),
        (&["status", "--json", "--detail"], Exit::CannotTell),
        (&["stauts"], Exit::CannotTell),
    ] {
        let ended = Scene::new().command(words).output().unwrap();
        assert_eq!(ended.status.code(), Some(expected.number().into()), "{words:?}: {ended:?}");
    }
}

#[test]
fn are_in_the_guide_and_the_help() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operator-guide.md");
    let guide = fs::read_to_string(guide).unwrap();
    let help = Scene::new().command(&["--help"]).output().unwrap();
    // The help text is wrapped.
    let help = String::from_utf8(help.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for status in Exit::ALL {
        let (number, meaning) = (status.number(), status.meaning());
        assert!(guide.contains(&format!("| {number} | {meaning} |\n")), "{number} {meaning}");
        assert!(help.contains(&format!("{number} {meaning}")), "{number} {meaning}: {help}");
    }
}

/// Whoever may not read the module's files is told to be root, and not that anything is wrong with the router.
#[test]
fn without_root() {
    let scene = Scene::new();
    let program = scene.path("module");
    // By another process, since a program that any process has open to write to cannot be started.
    let built = env!("CARGO_BIN_EXE_bgp-community-services");
    assert!(Command::new("cp").arg(built).arg(&program).status().unwrap().success());
    fs::create_dir(scene.path("state")).unwrap();
    let set = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    set(&scene.path(""), 0o755);
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    for closed in ["config.json", "state"] {
        set(&scene.path("config.json"), 0o644);
        set(&scene.path("state"), 0o755);
        // Root's own files are closed to others; whoever is not root closes them to themselves.
        set(&scene.path(closed), if is_root { 0o700 } else { 0 });
        let report = scene.path("report.html").display().to_string();
        for words in [
            &["status"][..],
            &["show"],
            &["explain", "12076:5010"],
            &["doctor"],
            &["report", "--html", &report],
        ] {
            let mut command = Command::new(&program);
            command.args(scene.command(words).get_args());
            if is_root {
                command.uid(65534);
            }
            let ended = command.output().unwrap();
            let said = String::from_utf8_lossy(&ended.stderr);
            assert_eq!(
                ended.status.code(),
                Some(Exit::CannotTell.number().into()),
                "{closed} {words:?}: {said}"
            );
            assert!(said.contains(closed) && said.contains("Permission denied; run as root"), "{said}");
        }
    }
    set(&scene.path("state"), 0o755);
}

/// What an earlier release left open is closed, and told once; the output file stays for everybody.
#[test]
fn state_of_nobody_else() {
    let scene = Scene::new();
    fs::create_dir(scene.path("state")).unwrap();
    let mode = |name: &str| fs::metadata(scene.path(name)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(scene.path("state"), Permissions::from_mode(0o755)).unwrap();
    for name in ["state/lock", "state/last-run.json"] {
        fs::write(scene.path(name), "").unwrap();
        fs::set_permissions(scene.path(name), Permissions::from_mode(0o644)).unwrap();
    }
    let said = || String::from_utf8(scene.command(&["run"]).output().unwrap().stderr).unwrap();
    let told = said();
    assert!(told.contains("were open to other users") && !told.contains("another process"), "{told}");
    assert_eq!((mode("state"), mode("output.json")), (0o700, 0o644));
    for entry in fs::read_dir(scene.path("state")).unwrap() {
        let name = format!("state/{}", entry.unwrap().file_name().to_str().unwrap());
        assert_eq!(mode(&name), 0o600, "{name}");
    }
    assert!(!said().contains("were open"));
}

/// A lock that other users could open is replaced, unless root or the module's own user holds it: the service of an earlier
/// release does, and there are never two writers.
#[test]
fn who_holds_the_lock() {
    const HOLD: &str = r#"use Fcntl ":flock"; open my $file, "<", $ARGV[0] or die; flock $file, LOCK_EX or die;
        open my $sign, ">", $ARGV[1]; sleep 3600"#;
    let own = geteuid().as_raw();
    let other = geteuid().is_root().then_some((65534, false));
    for (user, is_respected) in [(own, true)].into_iter().chain(other) {
        let scene = Scene::new();
        for name in ["", "state"] {
            fs::create_dir_all(scene.path(name)).unwrap();
            fs::set_permissions(scene.path(name), Permissions::from_mode(0o777)).unwrap();
        }
        fs::write(scene.path("state/lock"), "").unwrap();
        fs::set_permissions(scene.path("state/lock"), Permissions::from_mode(0o644)).unwrap();
        let mut perl = Command::new("perl");
        perl.args(["-e", HOLD]).args([scene.path("state/lock"), scene.path("held")]).uid(user);
        let holder = Process::start(&mut perl);
        eventually("the lock is held", || scene.path("held").exists());
        let said = || String::from_utf8(scene.command(&["run"]).output().unwrap().stderr).unwrap();
        for _ in 0..2 {
            let told = said();
            assert_eq!(told.contains("another process"), is_respected, "{user}: {told}");
            assert_eq!(scene.path("output.json").exists(), !is_respected, "{user}");
        }
        drop(holder);
        said();
        assert!(scene.path("output.json").exists(), "{user}");
        let mode = fs::metadata(scene.path("state/lock")).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{user}");
    }
}

/// An output file that could neither be replaced nor be read again is refused before anything is asked, or waited for.
#[test]
fn an_output_that_is_no_file() {
    type Make = fn(&Path);
    let kinds: [(&str, Make); 3] = [
        ("directory", |path| fs::create_dir(path).unwrap()),
        ("device", |path| symlink("/dev/null", path).unwrap()),
        ("pipe", |path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success())),
    ];
    for (kind, make) in kinds {
        let scene = Scene::new();
        make(&scene.path("output.json"));
        let before = fs::symlink_metadata(scene.path("output.json")).unwrap().ino();
        let ended = scene.command(&["run"]).output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(Exit::Degraded.number().into()), "{kind}: {said}");
        assert!(said.contains("expected a regular file or none"), "{kind}: {said}");
        assert_eq!(fs::symlink_metadata(scene.path("output.json")).unwrap().ino(), before, "{kind}");
        // Whoever looks at it does not wait for the other end of a pipe.
        assert!(scene.command(&["status"]).output().unwrap().status.code().is_some(), "{kind}");
    }
}

/// A directory that others use as well stays theirs, and what is no file is not replaced by one.
#[test]
fn what_is_not_ours_stays() {
    let scene = Scene::new();
    let mode = |name: &str| fs::metadata(scene.path(name)).unwrap().permissions().mode() & 0o7777;
    for (kind, shared) in [("sticky", 0o1777), ("with a directory in it", 0o755)] {
        fs::remove_dir_all(scene.path("state")).ok();
        fs::create_dir(scene.path("state")).unwrap();
        fs::write(scene.path("state/theirs"), "").unwrap();
        if kind != "sticky" {
            fs::create_dir(scene.path("state/directory")).unwrap();
        }
        fs::set_permissions(scene.path("state/theirs"), Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(scene.path("state"), Permissions::from_mode(shared)).unwrap();
        scene.command(&["run"]).output().unwrap();
        assert_eq!((mode("state"), mode("state/theirs")), (shared, 0o644), "{kind}");
    }
    let device = scene.path("device");
    symlink("/dev/null", &device).unwrap();
    let report = scene.command(&["report", "--html", device.to_str().unwrap()]).output().unwrap();
    assert!(String::from_utf8_lossy(&report.stdout).contains("device ("), "{report:?}");
    assert!(fs::symlink_metadata(&device).unwrap().is_symlink());
}
