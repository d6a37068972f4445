//! What asking all nodes costs: how long it takes beside `test.ping` of the same minions, how much of the master's time, and
//! how much longer with a minion that is dead.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use bgpcs::{ROUTER_PACKAGE, VERSION, paths};
use serde_json::Value;
use task::command;

use crate::authority::{Authority, NODE, NODES, Node};
use crate::host::Host;
use crate::lab::Lab;
use crate::router::{self, MINION};
use crate::salt::{self, Transport};
use crate::scale::{cpu_seconds, loopback_bytes};
use crate::wait;

/// How many minions there are beside those of the lab.
const MINIONS: usize = 30;

/// How often each is asked; the median counts.
const RUNS: usize = 5;

/// The deadline of the asking, in seconds.
const DEADLINE: u64 = 10;

/// Asks both ways and prints a table.
pub fn measure(lab: &Lab) -> Result<()> {
    let nodes = nodes();
    let authority = authority(&nodes)?;
    lab.install()?;
    lab.conductor.commit(&authority)?;
    let hosts = start(lab, &nodes, &authority)?;
    let all = NODES.len() + nodes.len();

    // The first time, every minion loads what it needs.
    ping(lab)?;
    status(lab, all)?;
    let (pings, statuses) = medians(lab, all)?;
    println!("{all} minions, median of {RUNS}");
    println!("asked by               s   master's CPU ms per node");
    for (what, cost) in [("test.ping", &pings), ("status --live", &statuses)] {
        println!("{what:16} {:8.2} {:26.2}", cost.wall, cost.cpu * 1000.0 / all as f64);
    }
    println!("ratio            {:8.2}   at most 1.5", statuses.wall / pings.wall);
    let per_node = |number: u64| number as f64 / all as f64;
    let (before, traffic) = (JobCache::of(lab)?, loopback_bytes(&lab.conductor)?);
    status(lab, all)?;
    let (after, traffic) = (JobCache::of(lab)?, loopback_bytes(&lab.conductor)? - traffic);
    println!("of one job, per node:");
    println!("  files and directories of the job cache {:9.1}", per_node(after.entries - before.entries));
    println!("  bytes in them                          {:9.0}", per_node(after.bytes - before.bytes));
    println!(
        "  bytes of blocks of 4 KiB               {:9.0}",
        per_node(after.blocks - before.blocks) * 4096.0
    );
    println!("  bytes on the network, both ways        {:9.0}", per_node(traffic));
    let dead = hosts.first().context("there are no hosts")?;
    dead.kill(MINION)?;
    let late = status(lab, all - 1)?;
    println!("with one dead    {:8.2}   at most {}", late.wall, DEADLINE + 1);
    Ok(())
}

/// The lab's authority with these nodes. They have a profile of their own: a node that differs from the others of its profile
/// would be asked a second time.
fn authority(nodes: &[Node]) -> Result<Authority> {
    const PROFILE: &str = "Stores";
    let mut authority = Authority::sample();
    let mut profile = authority.profiles.first().context("the sample has no profile")?.clone();
    profile.name = PROFILE.parse()?;
    authority.profiles.push(profile);
    authority.assigned.extend(nodes.iter().map(|node| (node.router, PROFILE)));
    authority.nodes.extend(nodes);
    Ok(authority)
}

/// What the master's job cache has.
struct JobCache {
    /// How many files and directories.
    entries: u64,
    /// How many bytes are in the files.
    bytes: u64,
    /// How many blocks of 4 KiB that takes: of a directory one, and of a file as many as it needs.
    blocks: u64,
}

impl JobCache {
    fn of(lab: &Lab) -> Result<Self> {
        let jobs = format!("{}/jobs", salt::cache_directory(Transport::ZeroMq));
        let listed = lab.conductor.host.run("find", &[&jobs, "-printf", "%y %s\n"])?;
        let mut cache = Self { entries: 0, bytes: 0, blocks: 0 };
        for line in listed.lines() {
            let (kind, size) = line.split_once(' ').with_context(|| format!("find printed {line:?}"))?;
            let size = if kind == "f" { size.parse()? } else { 0 };
            cache.entries += 1;
            cache.bytes += size;
            cache.blocks += size.div_ceil(4096).max(1);
        }
        Ok(cache)
    }
}

/// What one asking costs.
struct AskingCost {
    /// Seconds that it took.
    wall: f64,
    /// Seconds of CPU of the master's processes.
    cpu: f64,
}

/// The medians of both ways, which take turns, so that what else the machine does is the same for both.
fn medians(lab: &Lab, all: usize) -> Result<(AskingCost, AskingCost)> {
    let (mut pings, mut statuses) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        pings.push(ping(lab)?);
        statuses.push(status(lab, all)?);
    }
    Ok((median(pings), median(statuses)))
}

fn median(mut costs: Vec<AskingCost>) -> AskingCost {
    costs.sort_by(|one, other| one.wall.total_cmp(&other.wall));
    costs.swap_remove(RUNS / 2)
}

fn cost(lab: &Lab, ask: impl FnOnce() -> Result<()>) -> Result<AskingCost> {
    let before = cpu_seconds(&lab.conductor)?;
    let started = Instant::now();
    ask()?;
    let wall = started.elapsed().as_secs_f64();
    Ok(AskingCost { wall, cpu: cpu_seconds(&lab.conductor)? - before })
}

fn ping(lab: &Lab) -> Result<AskingCost> {
    cost(lab, || {
        let mut ping = salt::command(&lab.conductor.host, Transport::ZeroMq, "salt");
        ping.args(["--out=json", "--out-indent=-1", "--hide-timeout", "*", "test.ping"]);
        command::read(&mut ping).map(drop)
    })
}

/// Asks, and asserts how many answer.
fn status(lab: &Lab, answers: usize) -> Result<AskingCost> {
    cost(lab, || {
        let mut status = lab.conductor.host.command(paths::GENERATOR);
        status.args(["status", "--live", "--json", "--timeout", &DEADLINE.to_string(), "--salt"]);
        status.arg(salt::program(Transport::ZeroMq, "salt"));
        let output = command::output(&mut status)?;
        let document: Value = serde_json::from_slice(&output.stdout).context("no JSON")?;
        let answered = document["asked"]["answers"].as_u64();
        ensure!(
            answered == Some(answers as u64),
            "{answered:?} of {answers} answered: {}",
            document["asked"]
        );
        Ok(())
    })
}

fn nodes() -> Vec<Node> {
    // The names of nodes are constants everywhere else; these stay until the program ends.
    let leak = |text: String| -> &'static str { text.leak() };
    (1..=MINIONS)
        .map(|number| Node {
            router: leak(format!("store{number}")),
            asset_id: leak(format!("Store {number}, node 1")),
            has_systemd: false,
            ..NODE
        })
        .collect()
}

/// Starts hosts with a minion, the router package and its configuration each, on which the module has run.
fn start(lab: &Lab, nodes: &[Node], authority: &Authority) -> Result<Vec<Host>> {
    let package = lab.packages.file(ROUTER_PACKAGE, VERSION, "el9");
    let start = |node: &Node| Host::start(node.asset_id, &lab.network, false);
    let hosts: Vec<Host> = nodes.iter().map(start).collect::<Result<_>>()?;
    let package = package.to_string_lossy();
    let made: Vec<(Node, &Host)> = nodes.iter().copied().zip(&hosts).collect();
    for few in made.chunks(4) {
        wait::for_all(few.iter().copied().map(|(node, host)| {
            let package = &package;
            move || {
                router::make_minion(node, host)?;
                host.run("rpm", &["--install", "--nodeps", package])?;
                let configuration = serde_json::to_string(&authority.configuration(node.router))?;
                host.write(paths::MODULE_CONFIGURATION, &configuration)?;
                // There is no routing engine, so that it finds nothing.
                host.succeeds(paths::MODULE, &[]).map(drop)
            }
        }))?;
    }
    lab.conductor.wait_for(Transport::ZeroMq, &[&NODES[..], nodes].concat())?;
    Ok(hosts)
}
