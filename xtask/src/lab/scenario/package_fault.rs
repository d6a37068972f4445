//! Faults while the router package is on its way to a node that has nothing of it yet.

use std::fs;
use std::time::Duration;

use bgpcs::{ROUTER_PACKAGE, paths};

use super::fault::expect_recovery;
use crate::lab::authority::Authority;
use crate::lab::error::{LabError, at};
use crate::lab::router::Router;
use crate::lab::{Lab, wait};

/// Takes everything from the node behind Salt's back, as a fresh image does.
fn wipe(router: &Router) -> Result<(), LabError> {
    router.host.remove(paths::MODULE_LINK)?;
    router.host.run("rpm", &["--erase", ROUTER_PACKAGE])?;
    let directory = router.host.path(paths::ROUTER_PLUGIN_DIR);
    fs::remove_dir_all(&directory).map_err(at(&directory))?;
    router.host.run("rm", &["--force", paths::MODULE_OUTPUT])?;
    router.expect_clean()
}

pub fn repository_down(lab: &Lab, router: &Router) -> Result<(), LabError> {
    wipe(router)?;
    lab.repository.stop(&lab.conductor.host)?;
    lab.conductor.highstate(router.node.asset_id)?.expect_failure("Cannot download repomd.xml")?;
    router.expect_not_linked()?;
    lab.repository.serve(&lab.conductor.host)?;
    expect_recovery(lab, router)?;
    // With the package in place a node needs no repository: what an operator changes arrives.
    lab.repository.stop(&lab.conductor.host)?;
    lab.conductor.highstate(router.node.asset_id)?.expect_no_change()?;
    lab.repository.serve(&lab.conductor.host)
}

pub fn package_missing(lab: &Lab, router: &Router) -> Result<(), LabError> {
    wipe(router)?;
    lab.repository.remove(ROUTER_PACKAGE)?;
    let wanted = super::upgrade::current(ROUTER_PACKAGE);
    let report = lab.conductor.highstate(router.node.asset_id)?;
    report.expect_failure(&format!("Unable to find a match: {wanted}"))?;
    router.expect_not_linked()?;
    lab.repository.add(&lab.packages.current)?;
    expect_recovery(lab, router)
}

pub fn master_stopped(lab: &Lab, router: &Router) -> Result<(), LabError> {
    start_and_stop_in_the_middle(lab, router)?;
    lab.conductor.kill_master()?;
    lab.repository.thaw(&lab.conductor.host)?;
    // The node has its pillar and its states, and ends what it began.
    wait::until("the link, without a master", Duration::from_secs(60), || {
        Ok(if router.host.exists(paths::MODULE_LINK) { Ok(()) } else { Err("it is not there".to_owned()) })
    })?;
    router.expect_state(&Authority::sample(), bgpcs::VERSION)?;
    lab.conductor.start_master()?;
    lab.conductor.wait_for_minions()?;
    expect_recovery(lab, router)
}

pub fn minion_killed(lab: &Lab, router: &Router) -> Result<(), LabError> {
    start_and_stop_in_the_middle(lab, router)?;
    router.kill_minion()?;
    lab.repository.thaw(&lab.conductor.host)?;
    router.expect_not_linked()?;
    router.start_minion()?;
    lab.conductor.wait_for_minions()?;
    expect_recovery(lab, router)
}

/// Starts a highstate that hangs in the middle, since the repository does not answer.
fn start_and_stop_in_the_middle(lab: &Lab, router: &Router) -> Result<(), LabError> {
    wipe(router)?;
    lab.repository.freeze(&lab.conductor.host)?;
    lab.conductor.start_highstate(router.node.asset_id)?;
    router.wait_for_dnf()
}
