//! One conductor serves nodes of two distributions, and each gets the package built for it.

use std::collections::BTreeSet;

use bgpcs::ROUTER_PACKAGE;

use crate::lab::Lab;
use crate::lab::error::{LabError, equal};

pub fn run(lab: &Lab) -> Result<(), LabError> {
    lab.settle()?;
    let mut releases = BTreeSet::new();
    for router in &lab.routers {
        let release = router.host.run("rpm", &["--query", "--queryformat", "%{RELEASE}", ROUTER_PACKAGE])?;
        equal(router.node.asset_id, &release, &format!("{}.el{}", bgpcs::RELEASE, router.node.release))?;
        // What is on disk is what was packaged.
        router.host.run("rpm", &["--verify", ROUTER_PACKAGE])?;
        releases.insert(release);
    }
    equal("the number of distributions", &releases.len(), &2)
}
