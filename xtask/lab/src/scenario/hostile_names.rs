//! Application names that are code to Jinja, YAML or a shell reach the nodes unchanged. The asset ids of the lab's nodes
//! have dots, spaces and capitals in every scenario.

use anyhow::{Result, ensure};

use crate::authority::{Authority, application};
use crate::lab::Lab;

/// The file that exists if a name was executed.
const EXECUTED: &str = "/tmp/lab-executed";

pub fn play(lab: &Lab) -> Result<()> {
    lab.settle()?;
    let mut authority = Authority::sample();
    let names = [
        "{{ 7*7 }}",
        &format!("{{{{ salt['cmd.run']('touch {EXECUTED}') }}}}"),
        &format!("$(touch {EXECUTED}) `touch {EXECUTED}`"),
        "{% raw %}{# no comment #}",
        "\"double\" and 'single'\nand a second line: # - *x &y !z %1 @2",
        "größer 試験 \u{1f600} \u{2028}\u{85}",
        "on",
        " ~ ",
        "1e3",
    ];
    for profile in ["O365", "Voice"] {
        if let Some(configuration) = authority.profile_mut(profile) {
            configuration
                .applications
                .extend(names.iter().map(|name| application(name, &["64512:30", "65000:1"])));
        }
    }
    lab.converge(&authority)?;
    lab.expect_prefixes(&authority)?;
    lab.conductor.highstate("*")?.expect_no_change()?;
    let hosts = lab.routers.iter().map(|router| &router.host).chain([&lab.conductor.host]);
    for host in hosts {
        ensure!(!host.exists(EXECUTED), "{}: a name was executed", host.name());
    }
    Ok(())
}
