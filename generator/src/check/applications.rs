//! Applications that cannot have the prefixes that they seem to have.

use std::collections::HashSet;
use std::net::IpAddr;

use bgpcs::{ApplicationLeaf, IpPrefix, Quoted};

use crate::authority::{Authority, Name, UncheckedApplication};
use crate::finding::{Code, Finding, Place, Severity};

/// The names of applications that SSR brings along, as `show application names` lists them.
const BUILT_IN: [&str; 4] = ["O365-Common", "O365-Exchange", "O365-SharePoint", "O365-Skype"];

pub(super) fn check(authority: &Authority) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (profile, content, routers) in authority.assigned_profiles() {
        let known_vrfs: HashSet<Name> = routers
            .iter()
            .filter_map(|router| authority.routers.get(router))
            .flat_map(|router| router.vrfs.iter().copied())
            .collect();
        for (name, application) in &content.applications {
            let [name, profile] = [*name, profile].map(|name| authority.names.text(name));
            let subject = format!("application {} of profile {}", Quoted(name), Quoted(profile));
            findings.extend(built_in(name, &subject));
            let vrfs = application.values(ApplicationLeaf::Vrf).filter(|vrf| !known_vrfs.contains(vrf));
            findings.extend(vrfs.map(|vrf| unknown_vrf(authority.names.text(vrf), &subject, &routers)));
            findings.extend(excluded_family(authority, application, &subject));
        }
    }
    findings
}

fn built_in(name: &str, subject: &str) -> Option<Finding> {
    BUILT_IN.contains(&name).then(|| Finding {
        severity: Severity::Warning,
        code: Code::ApplicationNameBuiltIn,
        message: format!(
            "{subject} has the name of an application of SSR itself, so the prefixes of both are mixed"
        ),
        advice: "give it another name, and its service the same".into(),
        places: Vec::new(),
    })
}

fn unknown_vrf(vrf: &str, subject: &str, routers: &[Name]) -> Finding {
    Finding {
        severity: Severity::Warning,
        code: Code::VrfNotConfigured,
        message: format!(
            "{subject} has the vrf {}, which no router with this profile configures, so it finds no prefixes there",
            Quoted(vrf)
        ),
        advice: "correct the name, or configure the vrf below the router's routing".into(),
        places: routers.iter().map(|router| Place::router(*router)).collect(),
    }
}

/// An application with a `within` that has prefixes of one family only.
fn excluded_family(
    authority: &Authority,
    application: &UncheckedApplication,
    subject: &str,
) -> Option<Finding> {
    let texts = application.values(ApplicationLeaf::Within).map(|value| authority.names.text(value));
    let prefixes: Vec<IpPrefix> = texts.filter_map(|text| text.parse().ok()).collect();
    let of_ipv4 = |prefix: &IpPrefix| matches!(prefix.address(), IpAddr::V4(_));
    let (excluded, everything) = match (prefixes.iter().any(of_ipv4), prefixes.iter().all(of_ipv4)) {
        // Without a prefix, nothing is excluded; with both families, neither.
        (false, true) | (true, false) => return None,
        (true, true) => ("IPv6", "::/0"),
        (false, false) => ("IPv4", "0.0.0.0/0"),
    };
    Some(Finding {
        severity: Severity::Note,
        code: Code::WithinExcludesFamily,
        message: format!(
            "{subject} has a within without {excluded} prefixes, so it has no {excluded} prefixes at all"
        ),
        advice: format!("add {everything} to within if that is not intended"),
        places: Vec::new(),
    })
}
