//! Changes of an operator and of a peer reach the module's output file.

use anyhow::{Result, ensure};

use crate::authority::{Authority, application};
use crate::lab::Lab;

pub fn play(lab: &Lab) -> Result<()> {
    lab.settle()?;
    let mut authority = Authority::sample();
    let renamed = "Exchange (new)";
    if let Some(o365) = authority.profile_mut("O365") {
        o365.applications.retain(|application| application.application_name.as_str() != "ExchangeOnline");
        o365.applications.push(application(renamed, &["12076:5010"]));
        o365.applications.push(application("Voice", &["64512:30", "65000:1"]));
    }
    authority.assigned.insert("router2", "O365");
    lab.converge(&authority)?;
    lab.expect_prefixes(&authority)?;

    let router = &lab.routers[0];
    let withdrawn = "13.107.6.152/31";
    let announces = |services: &std::collections::BTreeMap<String, std::collections::BTreeSet<String>>| {
        services.get(renamed).is_some_and(|prefixes| prefixes.contains(withdrawn))
    };
    ensure!(announces(&router.output()?.services), "{withdrawn} is missing before it is withdrawn");
    router.routing.withdraw(&router.host, withdrawn)?;
    router.expect_prefixes(&authority)?;
    ensure!(!announces(&router.output()?.services), "{withdrawn} is still there after it was withdrawn");
    router.routing.announce(&router.host, withdrawn, &["12076:5010"])?;
    router.expect_prefixes(&authority)
}
