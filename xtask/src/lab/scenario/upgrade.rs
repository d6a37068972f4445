//! The conductor's package comes and goes, and the routers follow at the next highstate.

use bgpcs::{CONDUCTOR_PACKAGE, paths};

use crate::lab::Lab;
use crate::lab::authority::Authority;
use crate::lab::error::{LabError, ensure, equal};
use crate::lab::packages;

pub fn run(lab: &Lab) -> Result<(), LabError> {
    lab.settle()?;
    let authority = Authority::sample();
    let conductor = &lab.conductor;
    let configured = conductor.host.read(paths::RUNNING_CONFIGURATION)?;
    let pillars = conductor.pillar_files()?;

    lab.repository.add(&lab.packages.next)?;
    conductor.manage_plugin("upgrade", CONDUCTOR_PACKAGE)?;
    conductor.highstate("*")?.expect_success()?;
    lab.expect_state_of(&authority, &packages::next_version())?;
    lab.expect_prefixes(&authority)?;

    conductor.manage_plugin("downgrade", &current(CONDUCTOR_PACKAGE))?;
    equal("the running configuration", &conductor.host.read(paths::RUNNING_CONFIGURATION)?, &configured)?;
    equal("the pillar files", &conductor.pillar_files()?, &pillars)?;
    conductor.highstate("*")?.expect_success()?;
    lab.expect_state(&authority)?;
    lab.expect_prefixes(&authority)?;

    // The wrong order: the routers keep what they have, and go on, until the plugin is there again.
    conductor.manage_plugin("remove", CONDUCTOR_PACKAGE)?;
    conductor.highstate("*")?.expect_no_change()?;
    lab.expect_state(&authority)?;
    conductor.manage_plugin("install", &current(CONDUCTOR_PACKAGE))?;
    conductor.highstate("*")?.expect_no_change()?;

    // By hand, a node is cleaned without any pillar being asked.
    let node = lab.single_node()?;
    conductor.clean(node.node.asset_id)?.expect_success()?;
    node.expect_clean()?;

    // The right order, which docs/removal.md gives: profiles away, commit, highstate, and only then the package.
    let mut unassigned = authority;
    unassigned.assigned.clear();
    lab.converge(&unassigned)?;
    conductor.manage_plugin("remove", CONDUCTOR_PACKAGE)?;
    expect_no_trace(lab)?;
    conductor.highstate("*")?.expect_no_change()
}

/// A package of this version for the distribution of the conductor.
pub fn current(package: &str) -> String {
    format!("{package}-{}-{}.el9", bgpcs::VERSION, bgpcs::RELEASE)
}

/// Asserts that the conductor has no file of the plugin and that the other plugin has all of its own.
fn expect_no_trace(lab: &Lab) -> Result<(), LabError> {
    let places =
        ["/etc", "/usr/lib/128technology", "/usr/lib/systemd", "/var/lib/128technology", "/var/log", "/run"];
    let name = format!("*{}*", bgpcs::PLUGIN);
    let arguments = [&places as &[&str], &["-xdev", "-name", &name]].concat();
    // find fails where a place is not there, which is as good as empty.
    let found = lab.conductor.host.run(
        "sh",
        &["-c", r#"find "$@" 2>/dev/null || :"#, "find"].into_iter().chain(arguments).collect::<Vec<_>>(),
    )?;
    ensure(found.is_empty(), || format!("the conductor keeps files of the plugin:\n{found}"))?;
    lab.conductor.expect_other_plugin_untouched()
}
