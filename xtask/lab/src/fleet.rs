//! What asking all nodes costs: how long it takes beside `test.ping` of the same minions, how much of the master's time, and
//! how much longer with a minion that is dead.

use std::time::{Duration, Instant};

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
    let mut authority = Authority::sample();
    authority.assigned.extend(nodes.iter().map(|node| (node.router, "O365")));
    authority.nodes.extend(&nodes);
    lab.install()?;
    lab.converge(&Authority::sample())?;
    lab.conductor.commit(&authority)?;
    let hosts = start(lab, &nodes)?;
    let all = NODES.len() + nodes.len();

    // The first time, every minion loads what it needs.
    ping(lab)?;
    status(lab, all)?;
    let pings = median(|| ping(lab))?;
    let statuses = median(|| status(lab, all))?;
    println!("{all} minions, median of {RUNS}");
    println!("asked by               s   master's CPU ms per node");
    for (what, cost) in [("test.ping", &pings), ("status --live", &statuses)] {
        println!("{what:16} {:8.2} {:26.2}", cost.wall, cost.cpu * 1000.0 / all as f64);
    }
    println!("ratio            {:8.2}", statuses.wall / pings.wall);
    let per_node = |number: u64| number as f64 / all as f64;
    let (entries, bytes, traffic) = (jobs(lab)?, job_bytes(lab)?, loopback_bytes(&lab.conductor)?);
    status(lab, all)?;
    let traffic = loopback_bytes(&lab.conductor)? - traffic;
    println!("files and directories of the job cache per node: {:.1}", per_node(jobs(lab)? - entries));
    println!("bytes in them per node: {:.0}", per_node(job_bytes(lab)? - bytes));
    println!("bytes on the network per node, both ways: {:.0}", per_node(traffic));
    let dead = hosts.first().context("there are no hosts")?;
    dead.kill(MINION)?;
    let late = status(lab, all - 1)?;
    println!("with one dead    {:8.2}   deadline {DEADLINE}", late.wall);
    Ok(())
}

/// How many files and directories the master's job cache has.
fn jobs(lab: &Lab) -> Result<u64> {
    count(lab, r#"find "$1/jobs" | wc -l"#)
}

/// How many bytes are in them.
fn job_bytes(lab: &Lab) -> Result<u64> {
    count(lab, r#"find "$1/jobs" -type f -print0 | xargs -0 -r cat | wc -c"#)
}

fn count(lab: &Lab, shell: &str) -> Result<u64> {
    let cache = salt::cache_directory(Transport::ZeroMq);
    let counted = lab.conductor.host.run("sh", &["-c", shell, "sh", &cache])?;
    counted.trim().parse().with_context(|| format!("{counted:?} is no number"))
}

/// What one asking costs.
struct AskingCost {
    /// Seconds that it took.
    wall: f64,
    /// Seconds of CPU of the master's processes.
    cpu: f64,
}

fn median(ask: impl Fn() -> Result<AskingCost>) -> Result<AskingCost> {
    let mut costs = (0..RUNS).map(|_| ask()).collect::<Result<Vec<_>>>()?;
    costs.sort_by(|one, other| one.wall.total_cmp(&other.wall));
    Ok(costs.swap_remove(RUNS / 2))
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

/// Starts hosts with a minion and the router package each.
fn start(lab: &Lab, nodes: &[Node]) -> Result<Vec<Host>> {
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
                host.run("rpm", &["--install", "--nodeps", package]).map(drop)
            }
        }))?;
    }
    wait::until("all minions", Duration::from_secs(300), || {
        let mut ping = salt::command(&lab.conductor.host, Transport::ZeroMq, "salt");
        let output = command::output(ping.args(["--out=json", "--static", "*", "test.ping"]))?;
        let answers: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let reached = answers
            .as_object()
            .map_or(0, |answers| answers.values().filter(|value| **value == Value::Bool(true)).count());
        let all = NODES.len() + nodes.len();
        Ok(if reached == all { Ok(()) } else { Err(format!("{reached} of {all} answer")) })
    })?;
    Ok(hosts)
}
