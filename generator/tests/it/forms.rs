//! Whatever an authority has in it, its forms say the same.

use std::collections::BTreeMap;
use std::io;

use bgpcs_testing::configuration::{Document, Form};
use generate_pillar::authority::gather;
use generate_pillar::check::check;
use generate_pillar::pillar::file as pillar_file;
use generate_pillar::plan::plan;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Model {
    profiles_first: bool,
    profiles: Vec<Profile>,
    routers: Vec<Router>,
    services: Vec<(String, Vec<String>)>,
    policies: Vec<Policy>,
}

#[derive(Debug, Clone)]
struct Profile {
    name: String,
    applications: Vec<(String, Vec<String>)>,
    interval: Option<String>,
    aggregate: Option<bool>,
}

#[derive(Debug, Clone)]
struct Router {
    name: String,
    profile: Option<String>,
    modes: Vec<&'static str>,
    nodes: Vec<(String, Option<String>)>,
    neighbors: Vec<(String, String)>,
    description: String,
}

#[derive(Debug, Clone)]
struct Policy {
    name: String,
    statement: String,
    rejects: bool,
    communities: Vec<String>,
}

/// A few names, so that they meet, and any text that XML can hold, but for the end of what a template fills in: after
/// its beginning and on one line of PCLI, unquoted, the two are taken for a template.
fn text() -> impl Strategy<Value = String> {
    let names =
        prop_oneof!["P", "Q", "r1", "exit", "config", "64512:30", "a b", "no-export", r"\{\{", r"\{%"];
    let any = "[ -~\n\t\u{a0}-\u{2ff}\u{1F600}-\u{1F64F}]{0,12}";
    prop_oneof![3 => names.prop_map(String::from), 1 => any]
        .prop_filter("the end of a template", |text| !["}}", "%}", "#}"].iter().any(|end| text.contains(end)))
}

fn community() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..3_u16, 0..3_u16).prop_map(|(high, low)| format!("{high}:{low}")),
        Just("1:2:3".to_owned()),
        Just("65535:65281".to_owned()),
        text(),
    ]
}

fn model() -> impl Strategy<Value = Model> {
    let profile = (
        text(),
        vec((text(), vec(community(), 0..4)), 0..4),
        option::of("[0-9]{1,4}"),
        any::<Option<bool>>(),
    );
    let profile = profile.prop_map(|(name, applications, interval, aggregate)| Profile {
        name,
        applications,
        interval,
        aggregate,
    });
    let mode = prop_oneof![Just("module"), Just("tls")];
    let router = (
        text(),
        option::of(text()),
        vec(mode, 0..3),
        vec((text(), option::of(text())), 0..3),
        vec((text(), text()), 0..3),
        text(),
    );
    let router = router.prop_map(|(name, profile, modes, nodes, neighbors, description)| Router {
        name,
        profile,
        modes,
        nodes,
        neighbors,
        description,
    });
    let policy = (text(), text(), any::<bool>(), vec(community(), 0..3))
        .prop_map(|(name, statement, rejects, communities)| Policy { name, statement, rejects, communities });
    let services = vec((text(), vec(text(), 0..3)), 0..3);
    (any::<bool>(), vec(profile, 0..3), vec(router, 0..5), services, vec(policy, 0..3)).prop_map(
        |(profiles_first, profiles, routers, services, policies)| Model {
            profiles_first,
            profiles,
            routers,
            services,
            policies,
        },
    )
}

impl Model {
    fn write(&self, form: Form) -> io::Result<Vec<u8>> {
        let mut document = Document::begin(form, Vec::new())?;
        document.container("authority", Some("authority-config"))?;
        document.leaf("name", "the authority")?;
        if self.profiles_first {
            self.write_profiles(&mut document)?;
        }
        self.routers.iter().try_for_each(|router| router.write(&mut document))?;
        for (name, patterns) in &self.services {
            document.entry("service", Some("service-config"), ("name", name))?;
            document.leaf_list("application-name", patterns)?;
            document.entry("access-policy", None, ("source", "lan"))?;
            document.leaf("application-name", "deeper")?;
            document.end()?;
            document.end()?;
        }
        document.container("routing", Some("routing-policy-config"))?;
        self.policies.iter().try_for_each(|policy| policy.write(&mut document))?;
        document.end()?;
        if !self.profiles_first {
            self.write_profiles(&mut document)?;
        }
        document.finish()
    }

    fn write_profiles(&self, document: &mut Document<Vec<u8>>) -> io::Result<()> {
        for profile in &self.profiles {
            let namespace = Some("bgp-community-services-config");
            document.entry("bgp-community-services-profile", namespace, ("name", &profile.name))?;
            for (name, communities) in &profile.applications {
                document.entry("application", None, ("application-name", name))?;
                document.leaf_list("bgp-community", communities)?;
                document.end()?;
            }
            if let Some(interval) = &profile.interval {
                document.leaf("refresh-interval", interval)?;
            }
            if let Some(aggregate) = profile.aggregate {
                document.leaf("aggregate-prefixes", if aggregate { "true" } else { "false" })?;
            }
            document.end()?;
        }
        Ok(())
    }
}

impl Router {
    fn write(&self, document: &mut Document<Vec<u8>>) -> io::Result<()> {
        document.entry("router", None, ("name", &self.name))?;
        document.leaf("description", &self.description)?;
        if let Some(profile) = &self.profile {
            let namespace = Some("bgp-community-services-config");
            document.leaf_in(namespace, "bgp-community-services-profile", profile)?;
        }
        document.container("application-identification", None)?;
        document.leaf_list("mode", &self.modes)?;
        document.end()?;
        for (name, asset_id) in &self.nodes {
            document.entry("node", Some("system-config"), ("name", name))?;
            document.leaf("description", &self.description)?;
            if let Some(asset_id) = asset_id {
                document.leaf("asset-id", asset_id)?;
            }
            document.end()?;
        }
        document.entry("routing", Some("routing-config"), ("type", "default-instance"))?;
        document.entry("routing-protocol", None, ("type", "bgp"))?;
        for (address, policy) in &self.neighbors {
            document.entry("neighbor", Some("bgp-config"), ("neighbor-address", address))?;
            document.container("neighbor-policy", None)?;
            document.leaf("inbound-policy", policy)?;
            document.end()?;
            document.end()?;
        }
        document.end()?;
        document.end()?;
        document.end()
    }
}

impl Policy {
    fn write(&self, document: &mut Document<Vec<u8>>) -> io::Result<()> {
        document.entry("policy", None, ("name", &self.name))?;
        document.entry("statement", None, ("name", &self.statement))?;
        if self.rejects {
            document.leaf("policy", "reject")?;
        }
        document.entry("action", None, ("type", "set-community"))?;
        document.leaf_list("community-attribute", &self.communities)?;
        document.end()?;
        document.end()?;
        document.end()
    }
}

/// The content of every pillar file, and every finding in words.
fn meaning(document: &[u8]) -> (BTreeMap<String, String>, Vec<String>) {
    let (authority, _) = gather(document).unwrap();
    let plan = plan(&authority);
    let pillars = (0..plan.len()).map(|index| plan.pillar(index).unwrap());
    let pillars =
        pillars.map(|(id, pillar)| (id.to_string(), pillar_file::text(&id, &pillar).unwrap())).collect();
    let findings = plan.findings.iter().cloned().chain(check(&authority));
    (pillars, findings.map(|finding| finding.named(&authority.names).to_string()).collect())
}

proptest! {
    #[test]
    fn every_form_of_an_authority_gives_the_same_pillars_and_findings(model in model()) {
        let [(_, first), others @ ..] = Form::ALL;
        let expected = meaning(&model.write(first).unwrap());
        for (name, form) in others {
            let document = model.write(form).unwrap();
            prop_assert_eq!(&meaning(&document), &expected, "{}\n{}", name, String::from_utf8_lossy(&document));
        }
    }
}
