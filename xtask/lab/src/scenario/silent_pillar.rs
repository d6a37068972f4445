//! What makes the pillar of every node silent does not have the effect of a removed profile on any of them.

use anyhow::Result;
use bgpcs::paths;

use crate::authority::Authority;
use crate::lab::Lab;

pub fn play(lab: &Lab) -> Result<()> {
    lab.settle()?;
    let authority = Authority::sample();
    let host = &lab.conductor.host;
    let expect_untouched = |cause: &str| -> Result<()> {
        lab.conductor.highstate("*")?.expect_failure(cause)?;
        lab.expect_state(&authority)
    };
    // The plugin is not listed in the top file of the pillars.
    let top = format!("{}/top.sls", paths::SALT_PILLAR_ROOT);
    let listed = host.read(&top)?.unwrap_or_default();
    host.write(&top, "plugins:\n  '*':\n    - other-plugin\n")?;
    expect_untouched("the pillar of this node lacks the key")?;
    host.write(&top, &listed)?;
    // The directory is empty, as on a standby conductor, or it is gone.
    host.run("sh", &["-c", r#"find "$1" -mindepth 1 -delete"#, "sh", paths::PILLAR_DIR])?;
    expect_untouched("cannot tell whether the node has a profile")?;
    host.run("rmdir", &[paths::PILLAR_DIR])?;
    expect_untouched("cannot tell whether the node has a profile")?;
    lab.conductor.commit(&authority)?;
    lab.conductor.highstate("*")?.expect_no_change()
}
