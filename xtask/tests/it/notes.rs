use std::process::Command;

use super::succeed;

#[test]
fn release_notes_name_the_two_packages_of_the_version() {
    let notes = succeed(Command::new(env!("CARGO_BIN_EXE_xtask")).arg("release-notes"));
    let suffix = format!("{}-{}", bgpcs::VERSION, bgpcs::RELEASE);
    for package in [bgpcs::CONDUCTOR_PACKAGE, bgpcs::ROUTER_PACKAGE] {
        assert!(notes.contains(&format!("Version: {package}-{suffix}\n")), "{notes}");
    }
    assert!(notes.starts_with(&format!("Release {}\n\nRelease Date: ", bgpcs::VERSION)), "{notes}");
}
