//! `where` and `changes`, as the nodes of the fleet answer them.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::asking::{expect_said, generator};
use super::nodes::{LACKED_BY_FULL, LIAR, OLD, REACHABLE};
use crate::authority::Authority;
use crate::lab::Lab;
use crate::router::Router;
use crate::salt::Transport;

/// An address that goes into two applications, with their community in a prefix that is in both.
const IN_TWO: (&str, &str) = ("52.96.1.1", "52.96.0.0/14");
const TWO: [&str; 2] = ["ExchangeOnline", "OtherO365"];

/// An address of the prefix that [`super::nodes::FULL`] lacks, and the prefix' community.
const LACKED: (&str, &str) = ("13.107.136.1", "12076:5020");

/// What all nodes learn at about the same time.
const GAINED: &str = "40.96.0.0/13";

/// Asks both, of nodes of which the well ones have what `authority` says.
pub fn play(lab: &Lab, full: &Router, authority: &Authority) -> Result<()> {
    let well: Vec<&Router> = lab.routers.iter().chain([full]).collect();
    addresses(lab, &well)?;
    changes(lab, &well, authority)
}

/// Asks for a document until it is as expected.
fn expect(lab: &Lab, words: &[&str], check: impl Fn(&Value) -> Result<()>) -> Result<()> {
    expect_said(lab, Transport::ZeroMq, &[words, &REACHABLE[..]].concat(), check)
}

/// Asks for a text.
fn text(lab: &Lab, words: &[&str]) -> Result<String> {
    let text = generator(lab, Transport::ZeroMq, &[words, &REACHABLE[..]].concat())?;
    ensure!(!text.contains('\u{1b}'), "a control character of the liar's is in\n{text:?}");
    Ok(text)
}

/// The values of a list in a document.
fn list<'d>(document: &'d Value, key: &str) -> &'d [Value] {
    document[key].as_array().map_or(&[], Vec::as_slice)
}

/// The entry of a node in such a list.
fn of_node<'d>(list: &'d [Value], asset_id: &str) -> Option<&'d Value> {
    list.iter().find(|node| node["asset-id"] == asset_id)
}

fn addresses(lab: &Lab, well: &[&Router]) -> Result<()> {
    let (address, prefix) = IN_TWO;
    expect(lab, &["where", address], |document| {
        for Router { node, .. } in well {
            let entry = of_node(list(document, "nodes"), node.asset_id).unwrap_or(&Value::Null);
            ensure!(entry["router"] == node.router && entry["node"] == node.name, "{entry} is not {node:?}");
            let found: Vec<(&Value, &Value)> = list(entry, "prefixes")
                .iter()
                .map(|found| (&found["application-name"], &found["ip-prefix"]))
                .collect();
            let (one, other, prefix) = (json!(TWO[0]), json!(TWO[1]), json!(prefix));
            ensure!(found == [(&one, &prefix), (&other, &prefix)], "{}: {found:?}", node.asset_id);
        }
        for node in [LIAR, OLD] {
            let silent = of_node(list(document, "no-answer"), node.asset_id);
            let has_cause = silent.is_some_and(|silent| silent["cause"].is_string());
            let is_played = node != OLD || lab.packages.before.is_some();
            ensure!(has_cause || !is_played, "nothing says why {} has no answer", node.asset_id);
        }
        Ok(())
    })?;
    let (address, community) = LACKED;
    let (application, prefix) = LACKED_BY_FULL;
    let text = text(lab, &["where", address])?;
    let others = well.len() - 1;
    expect_row(&text, &[application, prefix, community, &others.to_string()])?;
    expect_row(&text, &["none", "1", "fleet-full", "node1"])
}

fn changes(lab: &Lab, well: &[&Router], authority: &Authority) -> Result<()> {
    let (application, _) = LACKED_BY_FULL;
    for router in well {
        router.routing.announce(&router.host, GAINED, &[LACKED.1])?;
    }
    well.iter().try_for_each(|router| router.expect_prefixes(authority))?;
    let count = well.len();
    expect(lab, &["changes", "--since", "1h"], |document| {
        let gained = |change: &&Value| change["gained"]["prefixes"] == json!([GAINED]);
        let told: Vec<&Value> = list(document, "changes").iter().filter(gained).collect();
        let [change] = told[..] else {
            anyhow::bail!("the same change is told {} times, expected once", told.len());
        };
        ensure!(
            change["application"] == application && change["times"] == count,
            "{change} is not {application} on {count} nodes"
        );
        let nodes = list(change, "nodes");
        let is_told = |router: &&&Router| of_node(nodes, router.node.asset_id).is_some();
        ensure!(well.iter().filter(is_told).count() == count, "{change} has other nodes than expected");
        Ok(())
    })?;
    let text = text(lab, &["changes", "--since", "1h"])?;
    let times = text.matches(&format!("+{GAINED}")).count();
    ensure!(times == 1, "+{GAINED} is told {times} times, expected once, in\n{text}");
    for router in &lab.routers {
        router.routing.withdraw(&router.host, GAINED)?;
    }
    Ok(())
}

/// Asserts that a table has a row with these words at its start.
fn expect_row(text: &str, words: &[&str]) -> Result<()> {
    let is_it = |line: &str| line.split_whitespace().zip(words).filter(|(one, other)| one == *other).count();
    ensure!(text.lines().any(|line| is_it(line) == words.len()), "no row begins {words:?} in\n{text}");
    Ok(())
}
