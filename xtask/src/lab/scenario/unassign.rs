//! A router without a profile has nothing of the plugin, and the other routers do not notice.

use crate::lab::Lab;
use crate::lab::authority::Authority;
use crate::lab::error::{LabError, equal};

pub fn run(lab: &Lab) -> Result<(), LabError> {
    lab.settle()?;
    let assigned = Authority::sample();
    lab.expect_prefixes(&assigned)?;
    let mut unassigned = assigned.clone();
    unassigned.assigned.remove("router1");

    lab.conductor.commit(&unassigned)?;
    lab.conductor.highstate("Router*")?.expect_success()?;
    let others = lab.conductor.highstate("[rR][oO][uU][tT][eE][rR][23]*")?;
    others.expect_no_change()?;
    lab.expect_state(&unassigned)?;
    let pillars = lab.conductor.pillar_files()?;
    equal("the pillar files", &pillars, &vec!["ROUTER3.el7.sls".to_owned(), "router2-node1.sls".to_owned()])?;
    lab.conductor.highstate("*")?.expect_no_change()?;

    lab.converge(&assigned)?;
    lab.expect_prefixes(&assigned)
}
