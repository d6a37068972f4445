//! The conductor's package is upgraded, downgraded and removed, and the routers follow at the next highstate.

use anyhow::{Result, ensure};
use bgpcs::{CONDUCTOR_PACKAGE, paths};

use crate::authority::Authority;
use crate::expect::equal;
use crate::lab::Lab;
use crate::packages;

pub fn play(lab: &Lab) -> Result<()> {
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

    conductor.manage_plugin("downgrade", &packages::current(CONDUCTOR_PACKAGE))?;
    equal("the running configuration", &conductor.host.read(paths::RUNNING_CONFIGURATION)?, &configured)?;
    equal("the pillar files", &conductor.pillar_files()?, &pillars)?;
    conductor.highstate("*")?.expect_success()?;
    lab.expect_state(&authority)?;
    lab.expect_prefixes(&authority)?;

    // The wrong order: the routers keep their package and configuration until the plugin is installed again.
    conductor.manage_plugin("remove", CONDUCTOR_PACKAGE)?;
    conductor.highstate("*")?.expect_no_change()?;
    lab.expect_state(&authority)?;
    conductor.manage_plugin("install", &packages::current(CONDUCTOR_PACKAGE))?;
    conductor.highstate("*")?.expect_no_change()?;

    // The state that cleans a node by hand needs no pillar.
    let node = lab.single_node()?;
    conductor.clean(node.node.asset_id)?.expect_success()?;
    node.expect_clean()?;

    // The right order, as in docs/removal.md: remove the profiles, commit, highstate, and only then remove the package.
    let mut unassigned = authority;
    unassigned.assigned.clear();
    lab.converge(&unassigned)?;
    conductor.manage_plugin("remove", CONDUCTOR_PACKAGE)?;
    expect_no_trace(lab)?;
    conductor.highstate("*")?.expect_no_change()
}

/// Asserts that the conductor has no file of the plugin and that the other plugin has all of its own.
fn expect_no_trace(lab: &Lab) -> Result<()> {
    let places =
        ["/etc", "/usr/lib/128technology", "/usr/lib/systemd", "/var/lib/128technology", "/var/log", "/run"];
    let name = format!("*{}*", bgpcs::PLUGIN);
    let arguments = [&places as &[&str], &["-xdev", "-name", &name]].concat();
    // find fails for a folder that does not exist, which is as good as an empty one.
    let found = lab.conductor.host.run(
        "sh",
        &["-c", r#"find "$@" 2>/dev/null || :"#, "find"].into_iter().chain(arguments).collect::<Vec<_>>(),
    )?;
    ensure!(found.is_empty(), "the conductor still has files of the plugin:\n{found}");
    lab.conductor.expect_other_plugin_untouched()
}
