//! A profile with update mode `watch`: Salt starts the service, and the service follows routes and configuration.

use anyhow::{Result, ensure};
use bgpcs::{UpdateMode, paths};
use fs_err::os::unix::fs::symlink;

use crate::authority::{Authority, application};
use crate::lab::Lab;
use crate::systemd;

/// A prefix that the peer announces and withdraws.
const PREFIX: &str = "100.64.30.0/24";

pub fn play(lab: &Lab) -> Result<()> {
    lab.settle()?;
    let router = lab.single_node()?;
    let mut authority = Authority::sample();
    if let Some(voice) = authority.profile_mut("Voice") {
        voice.update_mode = UpdateMode::Watch;
    }
    // What 4.1.0 left where a profile had this mode.
    register(lab)?;
    lab.converge(&authority)?;
    expect_service(lab, true)?;
    router.expect_followed(&authority)?;
    lab.conductor.highstate("*")?.expect_no_change()?;

    router.routing.announce(&router.host, PREFIX, &["64512:30"])?;
    router.expect_followed(&authority)?;
    // SSR still runs the link, and the output file stays the service's.
    router.expect_prefixes(&authority)?;
    router.routing.withdraw(&router.host, PREFIX)?;
    router.expect_followed(&authority)?;

    if let Some(voice) = authority.profile_mut("Voice") {
        voice.applications.push(application("Exchange", &["12076:5010"]));
    }
    lab.converge(&authority)?;
    router.expect_followed(&authority)?;

    register(lab)?;
    lab.converge(&Authority::sample())?;
    expect_service(lab, false)?;
    router.expect_prefixes(&Authority::sample())
}

/// Registers the service, as 4.1.0 did.
fn register(lab: &Lab) -> Result<()> {
    let host = &lab.single_node()?.host;
    let link = host.path(paths::MODULE_REGISTRATION_LINK);
    if let Some(directory) = link.parent() {
        fs_err::create_dir_all(directory)?;
    }
    Ok(symlink("/usr/share/bgp-community-services/registration.json", link)?)
}

fn expect_service(lab: &Lab, expected: bool) -> Result<()> {
    let host = &lab.single_node()?.host;
    let found = systemd::is_active(host, bgpcs::PLUGIN)?;
    ensure!(found == expected, "the service is running: {found}, expected {expected}");
    // SSR reads the file that the service writes; a registration may make it stop.
    let registration = paths::MODULE_REGISTRATION_LINK;
    ensure!(!host.exists(registration), "the service is registered by {registration}");
    Ok(())
}
