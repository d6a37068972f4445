//! From the installation of the plugin to prefixes on every node.

use anyhow::Result;

use crate::authority::{Authority, NODES};
use crate::lab::Lab;

/// The states that a node gets, by the end of their ids.
const STATES: [&str; 4] = ["package", " directory", "configuration", "link"];

pub fn play(lab: &Lab) -> Result<()> {
    let authority = Authority::sample();
    lab.install()?;
    // Before the first commit nobody knows which node has a profile.
    lab.conductor.highstate("*")?.expect_failure("cannot tell whether the node has a profile")?;
    // Without a profile the plugin changes nothing on a node.
    let mut unassigned = authority.clone();
    unassigned.assigned.clear();
    lab.conductor.commit(&unassigned)?;
    lab.conductor.highstate("*")?.expect_no_change()?;
    lab.conductor.commit(&authority)?;
    let would = lab.conductor.test_highstate("*")?;
    for node in NODES {
        would.expect_pending(node.asset_id, &STATES)?;
    }
    for router in &lab.routers {
        router.expect_clean()?;
    }
    lab.conductor.highstate("*")?.expect_success()?;
    lab.expect_state(&authority)?;
    lab.expect_prefixes(&authority)?;
    lab.conductor.highstate("*")?.expect_no_change()
}
