//! One conductor serves nodes of two distributions, and each node gets the package for its own distribution.

use std::collections::BTreeSet;

use anyhow::Result;
use bgpcs::ROUTER_PACKAGE;

use crate::expect::equal;
use crate::lab::Lab;

pub fn play(lab: &Lab) -> Result<()> {
    lab.settle()?;
    let mut releases = BTreeSet::new();
    for router in &lab.routers {
        let release = router.host.run("rpm", &["--query", "--queryformat", "%{RELEASE}", ROUTER_PACKAGE])?;
        equal(router.node.asset_id, &release, &format!("{}.el{}", bgpcs::RELEASE, router.node.release))?;
        // The installed files are as they were packaged.
        router.host.run("rpm", &["--verify", ROUTER_PACKAGE])?;
        releases.insert(release);
    }
    equal("the number of distributions", &releases.len(), &2)
}
