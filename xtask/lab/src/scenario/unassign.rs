//! A router that loses its profile keeps nothing of the plugin, and nothing changes on the other routers.

use anyhow::Result;

use crate::authority::Authority;
use crate::expect::equal;
use crate::lab::Lab;

pub fn play(lab: &Lab) -> Result<()> {
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
