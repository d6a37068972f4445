//! After a fault between conductor and node the next highstate reaches the right state, or fails with the cause in its
//! report. No file is half-written, and the module never runs with a configuration that was not generated.

use anyhow::Result;
use bgpcs::paths;
use fs_err::os::unix::fs::symlink;

use super::package_fault;
use crate::authority::{Authority, application};
use crate::expect::equal;
use crate::lab::Lab;
use crate::router::Router;

pub fn play(lab: &Lab) -> Result<()> {
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

fn disk_full(lab: &Lab, router: &Router) -> Result<()> {
    const FILL: &str = "/var/fill";
    let before = Authority::sample();
    let mut after = before.clone();
    if let Some(voice) = after.profile_mut("Voice") {
        // More than the free blocks that a full file system may still have.
        voice
            .applications
            .extend((0..2000).map(|number| application(&format!("Voice {number}"), &["64512:30"])));
    }
    lab.conductor.commit(&after)?;
    // dd fails when the disk is full, which is its purpose here.
    router.host.succeeds("dd", &["if=/dev/zero", &format!("of={FILL}"), "bs=64k"])?;
    router.host.run("truncate", &["--size=-256K", FILL])?;
    let report = lab.conductor.highstate(router.node.asset_id)?;
    router.host.remove(FILL)?;
    report.expect_failure("No space left on device")?;
    router.expect_state(&before, bgpcs::VERSION)?;
    lab.conductor.highstate(router.node.asset_id)?.expect_success()?;
    router.expect_state(&after, bgpcs::VERSION)?;
    lab.conductor.commit(&before)?;
    lab.expect_recovery(router)
}

fn changed_by_hand(lab: &Lab, router: &Router) -> Result<()> {
    router.host.write(paths::MODULE_CONFIGURATION, r#"{"applications": []}"#)?;
    router.host.remove(paths::MODULE_LINK)?;
    symlink("/bin/true", router.host.path(paths::MODULE_LINK))?;
    lab.expect_recovery(router)
}

fn foreign_file(lab: &Lab, router: &Router) -> Result<()> {
    const FOREIGN: &str = "somebody's own\n";
    router.host.remove(paths::MODULE_LINK)?;
    router.host.write(paths::MODULE_LINK, FOREIGN)?;
    let report = lab.conductor.highstate(router.node.asset_id)?;
    report.expect_failure(&format!("File exists where the symlink {} should be", paths::MODULE_LINK))?;
    equal("the file of somebody else", &router.host.read(paths::MODULE_LINK)?.as_deref(), &Some(FOREIGN))?;
    router.host.remove(paths::MODULE_LINK)?;
    lab.expect_recovery(router)
}

/// A pillar file that cannot be read must not have the effect of a removed profile.
fn pillar_damaged(lab: &Lab, router: &Router) -> Result<()> {
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
