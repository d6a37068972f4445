//! Faults while a node without the router package installs it.

use std::time::Duration;

use anyhow::Result;
use bgpcs::{ROUTER_PACKAGE, paths};
use fs_err as fs;

use crate::authority::Authority;
use crate::lab::Lab;
use crate::router::Router;
use crate::salt::Transport;
use crate::{packages, wait};

/// Removes everything from the node without Salt, as a fresh image does.
fn wipe(router: &Router) -> Result<()> {
    router.host.remove(paths::MODULE_LINK)?;
    router.host.run("rpm", &["--erase", ROUTER_PACKAGE])?;
    fs::remove_dir_all(router.host.path(paths::ROUTER_PLUGIN_DIR))?;
    router.host.run("rm", &["--force", paths::MODULE_OUTPUT])?;
    router.expect_clean()
}

pub fn repository_down(lab: &Lab, router: &Router) -> Result<()> {
    wipe(router)?;
    lab.repository.stop(&lab.conductor.host)?;
    lab.conductor.highstate(router.node.asset_id)?.expect_failure("Cannot download repomd.xml")?;
    router.expect_not_linked()?;
    lab.repository.serve(&lab.conductor.host)?;
    lab.expect_recovery(router)?;
    // Once the package is installed, a node needs no repository to get a new configuration.
    lab.repository.stop(&lab.conductor.host)?;
    lab.conductor.highstate(router.node.asset_id)?.expect_no_change()?;
    lab.repository.serve(&lab.conductor.host)
}

pub fn package_missing(lab: &Lab, router: &Router) -> Result<()> {
    wipe(router)?;
    lab.repository.remove(ROUTER_PACKAGE)?;
    let wanted = packages::current(ROUTER_PACKAGE);
    let report = lab.conductor.highstate(router.node.asset_id)?;
    report.expect_failure(&format!("Unable to find a match: {wanted}"))?;
    router.expect_not_linked()?;
    lab.repository.add(&lab.packages.current)?;
    lab.expect_recovery(router)
}

pub fn master_stopped(lab: &Lab, router: &Router) -> Result<()> {
    start_and_block(lab, router)?;
    lab.conductor.kill_master()?;
    lab.repository.thaw(&lab.conductor.host)?;
    // The node already has its pillar and states, and finishes the highstate.
    wait::until("the link, without a master", Duration::from_secs(180), || {
        Ok(if router.host.exists(paths::MODULE_LINK) { Ok(()) } else { Err("it is not there".to_owned()) })
    })?;
    router.expect_state(&Authority::sample(), bgpcs::VERSION)?;
    lab.conductor.start_master(Transport::ZeroMq)?;
    lab.conductor.wait_for_minions()?;
    lab.expect_recovery(router)
}

pub fn minion_killed(lab: &Lab, router: &Router) -> Result<()> {
    start_and_block(lab, router)?;
    router.kill_minion()?;
    lab.repository.thaw(&lab.conductor.host)?;
    router.expect_not_linked()?;
    router.start_minion()?;
    lab.conductor.wait_for_minions()?;
    lab.expect_recovery(router)
}

/// Starts a highstate that waits for the repository, which does not answer.
fn start_and_block(lab: &Lab, router: &Router) -> Result<()> {
    wipe(router)?;
    lab.repository.freeze(&lab.conductor.host)?;
    lab.conductor.start_highstate(router.node.asset_id)?;
    router.wait_for_dnf()
}
