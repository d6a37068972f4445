//! Whatever goes wrong between conductor and node ends in the right state at the next highstate, or in a failure that
//! names its cause; never in a half-written file, nor with the module running what was not generated.

use std::os::unix::fs::symlink;

use bgpcs::paths;

use super::package_fault;
use crate::lab::Lab;
use crate::lab::authority::{Authority, application};
use crate::lab::error::{LabError, at, equal};
use crate::lab::router::Router;

pub fn run(lab: &Lab) -> Result<(), LabError> {
    lab.settle()?;
    let router = lab.single_node()?;
    package_fault::repository_down(lab, router)?;
    package_fault::package_missing(lab, router)?;
    package_fault::master_stopped(lab, router)?;
    package_fault::minion_killed(lab, router)?;
    disk_full(lab, router)?;
    changed_by_hand(lab, router)?;
    foreign_file(lab, router)?;
    pillar_damaged(lab, router)
}

/// Asserts that the next highstate brings the node to the sample authority.
pub fn expect_recovery(lab: &Lab, router: &Router) -> Result<(), LabError> {
    lab.conductor.highstate(router.node.asset_id)?.expect_success()?;
    router.expect_state(&Authority::sample(), bgpcs::VERSION)
}

fn disk_full(lab: &Lab, router: &Router) -> Result<(), LabError> {
    const FILL: &str = "/var/fill";
    let before = Authority::sample();
    let mut after = before.clone();
    if let Some(voice) = after.profile_mut("Voice") {
        // Larger than what a file system that is full may still have somewhere.
        voice
            .applications
            .extend((0..2000).map(|number| application(&format!("Voice {number}"), &["64512:30"])));
    }
    lab.conductor.commit(&after)?;
    // dd fails when the disk is full, which is what it is for.
    router.host.succeeds("dd", &["if=/dev/zero", &format!("of={FILL}"), "bs=64k"])?;
    router.host.run("truncate", &["--size=-256K", FILL])?;
    let report = lab.conductor.highstate(router.node.asset_id)?;
    router.host.remove(FILL)?;
    report.expect_failure("No space left on device")?;
    router.expect_state(&before, bgpcs::VERSION)?;
    lab.conductor.highstate(router.node.asset_id)?.expect_success()?;
    router.expect_state(&after, bgpcs::VERSION)?;
    lab.conductor.commit(&before)?;
    expect_recovery(lab, router)
}

fn changed_by_hand(lab: &Lab, router: &Router) -> Result<(), LabError> {
    router.host.write(paths::MODULE_CONFIGURATION, r#"{"applications": []}"#)?;
    router.host.remove(paths::MODULE_LINK)?;
    let link = router.host.path(paths::MODULE_LINK);
    symlink("/bin/true", &link).map_err(at(&link))?;
    expect_recovery(lab, router)
}

fn foreign_file(lab: &Lab, router: &Router) -> Result<(), LabError> {
    const FOREIGN: &str = "somebody's own\n";
    router.host.remove(paths::MODULE_LINK)?;
    router.host.write(paths::MODULE_LINK, FOREIGN)?;
    let report = lab.conductor.highstate(router.node.asset_id)?;
    report.expect_failure(&format!("File exists where the symlink {} should be", paths::MODULE_LINK))?;
    equal("the foreign file", &router.host.read(paths::MODULE_LINK)?.as_deref(), &Some(FOREIGN))?;
    router.host.remove(paths::MODULE_LINK)?;
    expect_recovery(lab, router)
}

/// A pillar that cannot be read must not look like a profile that was taken away.
fn pillar_damaged(lab: &Lab, router: &Router) -> Result<(), LabError> {
    let authority = Authority::sample();
    let pillar = format!("{}/{}.sls", paths::PILLAR_DIR, router.node.asset_id);
    let whole = lab.conductor.host.read(&pillar)?.unwrap_or_default();
    let half: String = whole.chars().take(whole.chars().count() / 2).collect();
    lab.conductor.host.write(&pillar, &half)?;
    let report = lab.conductor.highstate(router.node.asset_id)?;
    report.expect_failure(&format!("cannot read pillar file {pillar}"))?;
    router.expect_state(&authority, bgpcs::VERSION)?;
    lab.conductor.commit(&authority)?;
    lab.conductor.highstate(router.node.asset_id)?.expect_no_change()
}
