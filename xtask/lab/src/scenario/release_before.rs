//! The conductor is upgraded from 4.1.0, with assigned and unassigned nodes and with top files that are edited by hand, and no
//! node loses anything.

use anyhow::{Result, ensure};
use bgpcs::{CONDUCTOR_PACKAGE, PLUGIN, paths};

use crate::authority::Authority;
use crate::expect::equal;
use crate::lab::Lab;

/// What an operator made of a top file that listed the plugin in a marked block.
const TOP_BY_HAND: &str =
    "# edited by hand\nplugins:\n  '*':\n    - bgp-community-services\n    - other-plugin\n";

pub fn play(lab: &Lab) -> Result<()> {
    let Some(before) = &lab.packages.before else {
        println!("the upgrade from 4.1.0 did not run: its packages are not built");
        return Ok(());
    };
    let conductor = &lab.conductor;
    lab.install()?;
    conductor.clean("*")?.expect_success()?;
    conductor.host.run("dnf", &["--quiet", "--assumeyes", "remove", CONDUCTOR_PACKAGE])?;
    lab.repository.remove(CONDUCTOR_PACKAGE)?;
    lab.repository.add(before)?;
    conductor.manage_plugin("install", CONDUCTOR_PACKAGE)?;
    let mut authority = Authority::sample();
    authority.assigned.remove("router3");
    conductor.commit(&authority)?;
    conductor.highstate("*")?.expect_success()?;
    lab.expect_prefixes(&authority)?;

    let tops = [paths::SALT_STATES_ROOT, paths::SALT_PILLAR_ROOT].map(|root| format!("{root}/top.sls"));
    let listed = tops.iter().map(|top| conductor.host.read(top)).collect::<Result<Vec<_>>>()?;
    for top in &tops {
        conductor.host.write(top, TOP_BY_HAND)?;
    }
    lab.repository.add(&lab.packages.current)?;
    conductor.manage_plugin("upgrade", CONDUCTOR_PACKAGE)?;
    for top in &tops {
        equal(top, &conductor.host.read(top)?.as_deref(), &Some(TOP_BY_HAND))?;
    }
    conductor.highstate("*")?.expect_success()?;
    lab.expect_state(&authority)?;
    lab.expect_prefixes(&authority)?;

    for (top, text) in tops.iter().zip(&listed) {
        let text = text.as_deref().unwrap_or_default();
        ensure!(text.contains(PLUGIN), "{top} did not list the plugin of 4.1.0:\n{text}");
        conductor.host.write(top, text)?;
    }
    Ok(())
}
