//! The one table of exit statuses.

use std::fs;
use std::path::Path;

use bgp_community_services::exit::Exit;

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
