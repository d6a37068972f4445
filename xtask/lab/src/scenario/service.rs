//! A profile with update mode `watch`: Salt starts the service, and the service follows routes and configuration.

use anyhow::{Result, ensure};
use bgpcs::{UpdateMode, paths};

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

    lab.converge(&Authority::sample())?;
    expect_service(lab, false)?;
    router.expect_prefixes(&Authority::sample())
}

fn expect_service(lab: &Lab, expected: bool) -> Result<()> {
    let host = &lab.single_node()?.host;
    for (what, found) in [
        ("running", systemd::is_active(host, bgpcs::PLUGIN)?),
        ("registered", host.exists(paths::MODULE_REGISTRATION_LINK)),
    ] {
        ensure!(found == expected, "the service is {what}: {found}, expected {expected}");
    }
    Ok(())
}
