//! Minions of several releases of Salt under one conductor: what the states do works on each of them, over TCP, as SSR
//! configures it, too, and under a master in another locale.

use anyhow::{Result, ensure};
use bgpcs::{UpdateMode, paths};

use crate::authority::{Authority, NODE, NODES, Node, application};
use crate::conductor::{CLEAN, HIGHSTATE};
use crate::highstate::Highstate;
use crate::lab::Lab;
use crate::router::Router;
use crate::salt::{Minion, Transport};
use crate::systemd;

/// A node per release.
const RELEASES: [Node; 5] = [
    node("2019.2", "Salt 2019.2, node 1", Transport::Tcp),
    node("3002", "Salt 3002, node 1", Transport::ZeroMq),
    node("3004", "Salt 3004, Nürnberg", Transport::Tcp),
    node("3006.1", "Salt 3006.1, node 1", Transport::ZeroMq),
    node("3008", "Salt 3008, node 1", Transport::Tcp),
];

const fn node(release: &'static str, asset_id: &'static str, transport: Transport) -> Node {
    Node { router: release, asset_id, minion: Minion { release: Some(release), transport }, ..NODE }
}

/// The profile of all of them.
const PROFILE: &str = "Voice";

/// Application names that mean something to Jinja, YAML or a shell.
const HOSTILE: [&str; 3] =
    ["{{ salt['cmd.run']('touch /tmp/lab-executed') }}", "\"a\" 'b'\n# - *x", "größer 試験 \u{85}"];

pub fn play(lab: &Lab) -> Result<()> {
    lab.install()?;
    let (nodes, missing): (Vec<Node>, Vec<Node>) = RELEASES.iter().partition(|node| node.minion.is_at_hand());
    for node in missing {
        println!("Salt {} did not run: it is not in target/lab/salt", node.router);
    }
    lab.conductor.start_master_abroad()?;
    let routers = Router::start_all(&nodes, NODES.len() + 1, &lab.network, false)?;
    for transport in [Transport::ZeroMq, Transport::Tcp] {
        let of_it: Vec<Node> =
            nodes.iter().copied().filter(|node| node.minion.transport == transport).collect();
        lab.conductor.wait_for(transport, &of_it)?;
    }
    let trial = Trial { lab, routers };
    trial.run(nodes)?;
    lab.conductor.host.kill(Transport::Tcp.master_directory())?;
    lab.conductor.forget(Transport::ZeroMq, "Salt*")?;
    lab.conductor.commit(&Authority::sample())
}

/// The minions, while they are tried.
struct Trial<'a> {
    lab: &'a Lab,
    routers: Vec<Router>,
}

impl Trial<'_> {
    fn run(&self, nodes: Vec<Node>) -> Result<()> {
        let mut authority = Authority::sample();
        authority.assigned.extend(nodes.iter().map(|node| (node.router, PROFILE)));
        authority.nodes.extend(nodes);
        if let Some(profile) = authority.profile_mut(PROFILE) {
            profile.applications.extend(HOSTILE.map(|name| application(name, &["64512:30"])));
        }
        self.converge(&authority)?;
        for router in &self.routers {
            router.expect_prefixes(&authority)?;
            ensure!(
                !router.host.exists("/tmp/lab-executed"),
                "{}: a name was executed",
                router.node.asset_id
            );
        }
        self.watch(&mut authority)?;
        self.error_in_pillar(&authority)?;
        authority.assigned.retain(|router, _| self.routers.iter().all(|tried| tried.node.router != *router));
        self.converge(&authority)?;
        self.apply(&CLEAN)?.expect_success()
    }

    /// A changed profile reaches the service that Salt starts.
    fn watch(&self, authority: &mut Authority) -> Result<()> {
        if let Some(profile) = authority.profile_mut(PROFILE) {
            profile.update_mode = UpdateMode::Watch;
            profile.applications.push(application("Exchange", &["12076:5010"]));
        }
        self.converge(authority)?;
        for router in &self.routers {
            let is_active = systemd::is_active(&router.host, bgpcs::PLUGIN)?;
            ensure!(is_active, "{}: the service does not run", router.node.asset_id);
            router.expect_followed(authority)?;
        }
        Ok(())
    }

    /// An error in the pillar arrives with its words and changes nothing.
    fn error_in_pillar(&self, authority: &Authority) -> Result<()> {
        let files =
            self.routers.iter().map(|router| format!("{}/{}.sls", paths::PILLAR_DIR, router.node.asset_id));
        let files: Vec<String> = files.collect();
        for file in &files {
            self.lab.conductor.host.write(file, "{")?;
        }
        let report = self.apply(&HIGHSTATE)?;
        for file in &files {
            report.expect_failure(&format!("cannot read pillar file {file}"))?;
        }
        self.expect_state(authority)?;
        // The generator removes no file that is not as it writes them.
        self.lab.conductor.commit(authority)
    }

    fn converge(&self, authority: &Authority) -> Result<()> {
        self.lab.conductor.commit(authority)?;
        self.apply(&HIGHSTATE)?.expect_success()?;
        self.expect_state(authority)
    }

    fn apply(&self, function: &[&str]) -> Result<Highstate> {
        let masters = [Transport::ZeroMq, Transport::Tcp];
        let report = self.lab.conductor.apply_through(&masters, "Salt *", function)?;
        report.expect_nodes(self.routers.iter().map(|router| router.node.asset_id))?;
        Ok(report)
    }

    fn expect_state(&self, authority: &Authority) -> Result<()> {
        self.routers.iter().try_for_each(|router| router.expect_state(authority, bgpcs::VERSION))
    }
}
