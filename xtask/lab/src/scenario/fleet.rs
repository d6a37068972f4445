//! The conductor asks every node how it is: there are nodes in every state, among them one that does not answer and one that
//! lies.

mod asking;
mod nodes;
mod questions;

use anyhow::{Context, Result, ensure};
use bgpcs::paths;
use serde_json::{Value, json};

use self::asking::{ask, expect_document};
use self::nodes::{
    BARE, DEAD, FULL, LACKED_BY_FULL, LACKED_BY_NODE_OF_PAIR, LIAR, Nodes, OLD, REACHABLE, TCP,
};
use crate::authority::{Authority, Node};
use crate::lab::Lab;
use crate::router::Router;
use crate::salt::Transport;

/// The profile of all nodes that have one.
const PROFILE: &str = "O365";

/// The shortest refresh interval, in seconds.
const SHORTEST_INTERVAL: &str = "10";

pub fn play(lab: &Lab) -> Result<()> {
    lab.settle()?;
    let mut authority = Authority::sample();
    authority.assigned.insert("router2", PROFILE);
    authority.nodes.extend(nodes::ALL);
    let with_profile = nodes::ALL.iter().filter(|node| **node != BARE);
    authority.assigned.extend(with_profile.map(|node| (node.router, PROFILE)));
    // Who differs is an outlier after a refresh interval.
    if let Some(profile) = authority.profile_mut(PROFILE) {
        profile.duration = SHORTEST_INTERVAL.parse()?;
    }
    lab.conductor.commit(&authority)?;
    let nodes = Nodes::start(lab)?;
    let of_pair = lab.routers.get(1).context("the lab has no pair")?;
    bring_up(lab, &nodes.full, of_pair, &authority)?;

    every_state(lab)?;
    expect_rows(&ask(lab, Transport::ZeroMq, &REACHABLE)?)?;
    // The other forms show what these answers were.
    expect_rows(&ask(lab, Transport::ZeroMq, &[&["--cached", "--csv"], &REACHABLE[..]].concat())?)?;
    ask(lab, Transport::ZeroMq, &[&["--cached", "--detail"], &REACHABLE[..]].concat())?;
    page(lab)?;
    questions::play(lab, &nodes.full, &authority)?;
    no_answer(lab, &nodes)?;
    over_tcp(lab)?;

    nodes.stop(lab)?;
    announce(of_pair, LACKED_BY_NODE_OF_PAIR.1)?;
    lab.conductor.commit(&Authority::sample())
}

/// Brings the nodes that are to be well to what the authority says, and lets two of them differ from the others.
fn bring_up(lab: &Lab, full: &Router, of_pair: &Router, authority: &Authority) -> Result<()> {
    lab.conductor.highstate("[rRF][oOu][uUl][tTl]*")?.expect_success()?;
    full.routing.withdraw(&full.host, LACKED_BY_FULL.1)?;
    of_pair.routing.withdraw(&of_pair.host, LACKED_BY_NODE_OF_PAIR.1)?;
    for router in lab.routers.iter().chain([full]) {
        router.expect_prefixes(authority)?;
        // What is not recorded was so for ever, and nobody has to wait until it has been so for a refresh interval.
        let forget = format!("rm -f {}/changes*", paths::MODULE_STATE_DIR);
        router.host.run("sh", &["-c", &forget])?;
    }
    Ok(())
}

fn announce(router: &Router, prefix: &str) -> Result<()> {
    router.routing.announce(&router.host, prefix, &["65535:65281"])
}

/// Asserts what a document says of a node.
fn expect_node(document: &Value, asset_id: &str, expected: &[(&str, Value)]) -> Result<()> {
    let nodes = document["nodes"].as_array().map_or(&[][..], Vec::as_slice);
    let node = nodes.iter().find(|node| node["asset-id"] == asset_id);
    let node = node.with_context(|| format!("there is no node {asset_id}"))?;
    for (pointer, expected) in expected {
        let found = node.pointer(pointer).unwrap_or(&Value::Null);
        let is_as_expected = match expected {
            // One of a list.
            Value::String(_) if found.is_array() => {
                found.as_array().is_some_and(|found| found.contains(expected))
            }
            expected => found == expected,
        };
        ensure!(is_as_expected, "{asset_id}: {pointer} is {found}, expected {expected}");
    }
    Ok(())
}

fn every_state(lab: &Lab) -> Result<()> {
    expect_document(lab, Transport::ZeroMq, &REACHABLE, |document| {
        for router in &lab.routers {
            let applied = [("/salt/state", json!("applied")), ("/no-answer", Value::Null)];
            expect_node(document, router.node.asset_id, &applied)?;
        }
        let expected = [
            (FULL, vec![("/salt/state", json!("applied")), ("/outlier", json!([LACKED_BY_FULL.0]))]),
            (OLD, vec![("/salt/state", json!("older-package")), ("/findings", json!("salt-older-package"))]),
            (BARE, vec![("/health", json!("no-profile")), ("/profile", Value::Null)]),
            (DEAD, vec![("/salt/state", json!("never-applied")), ("/no-answer", Value::Null)]),
            // The liar says that it is a node of the pair, and is not believed.
            (LIAR, vec![("/findings", json!("name-differs")), ("/router", json!(LIAR.router))]),
        ];
        let is_played = |node: Node| node != OLD || lab.packages.before.is_some();
        for (node, expected) in expected.into_iter().filter(|(node, _)| is_played(*node)) {
            expect_node(document, node.asset_id, &expected)?;
        }
        let rows = document["nodes"].as_array().map_or(0, Vec::len);
        ensure!(rows == 9, "{rows} rows, expected one for each of 9 nodes");
        expect_differences(document)
    })
}

/// Asserts that those who differ are found, with what they lack, and that no norm is invented where each node has a prefix
/// of its own.
fn expect_differences(document: &Value) -> Result<()> {
    let norms = document["norms"].as_array().map_or(&[][..], Vec::as_slice);
    let norm = |application: &str| {
        let found = norms.iter().find(|norm| norm["application"] == application);
        found.with_context(|| format!("nothing is said of {application}"))
    };
    let (application, prefix) = LACKED_BY_FULL;
    let [outlier] = norm(application)?["outliers"].as_array().map_or(&[][..], Vec::as_slice) else {
        anyhow::bail!("{application} has another number of outliers than 1");
    };
    ensure!(
        outlier["asset-id"] == FULL.asset_id && outlier["lacks"] == json!([prefix]),
        "the outlier is {outlier}, expected that {} lacks {prefix}",
        FULL.asset_id
    );
    let of_each_its_own = norm("ExchangeOnline")?;
    ensure!(of_each_its_own["norm"].is_null(), "{of_each_its_own} is no norm");
    let pairs = document["pairs"].as_array().map_or(&[][..], Vec::as_slice);
    let application = LACKED_BY_NODE_OF_PAIR.0;
    let is_found = pairs.iter().any(|pair| pair["router"] == "router1" && pair["application"] == application);
    ensure!(is_found, "the nodes of router1 do not differ in {application}: {pairs:?}");
    Ok(())
}

/// Asserts that a table or a list has all nodes, and no text of the liar's as it came.
fn expect_rows(text: &str) -> Result<()> {
    for node in [FULL, OLD, BARE, LIAR, DEAD] {
        ensure!(text.contains(node.router), "{} is missing in\n{text}", node.router);
    }
    ensure!(!text.contains('\u{1b}'), "a control character of the liar's is in\n{text:?}");
    Ok(())
}

fn page(lab: &Lab) -> Result<()> {
    const PAGE: &str = "/root/fleet.html";
    ask(lab, Transport::ZeroMq, &[&["--cached", "--html", PAGE], &REACHABLE[..]].concat())?;
    let page = lab.conductor.host.read(PAGE)?.unwrap_or_default();
    expect_rows(&page)?;
    ensure!(!page.contains(nodes::TAG), "the page has the liar's element");
    for request in ["src=", "href=\"http", "@import", "url("] {
        ensure!(!page.contains(request), "the page has {request}");
    }
    Ok(())
}

/// A minion dies, another one has a master of its own: both do not answer, and nobody else is late.
fn no_answer(lab: &Lab, nodes: &Nodes) -> Result<()> {
    nodes.kill_dead()?;
    expect_document(lab, Transport::ZeroMq, &[], |document| {
        let silent = [("/health", json!("no-answer")), ("/findings", json!("no-answer"))];
        for node in [DEAD, TCP] {
            expect_node(document, node.asset_id, &silent)?;
        }
        let heard = |node: &Value| node["asset-id"] == DEAD.asset_id && node["heard"].is_string();
        let was_heard = document["nodes"].as_array().is_some_and(|nodes| nodes.iter().any(heard));
        ensure!(was_heard, "nothing says when {} was last heard", DEAD.asset_id);
        for router in &lab.routers {
            expect_node(document, router.node.asset_id, &[("/no-answer", Value::Null)])?;
        }
        Ok(())
    })
}

/// A minion of Salt 3004 answers through a master for TCP.
fn over_tcp(lab: &Lab) -> Result<()> {
    if !TCP.minion.is_at_hand() {
        return Ok(());
    }
    expect_document(lab, Transport::Tcp, &[TCP.router], |document| {
        let expected = [("/salt/state", json!("no-configuration")), ("/no-answer", Value::Null)];
        expect_node(document, TCP.asset_id, &expected)
    })
}
