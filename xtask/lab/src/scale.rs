//! What thousands of nodes cost the Salt master: per highstate of one node, and while no minion asks for anything.
//!
//! Two layouts are measured, each with few and with many nodes: the layout of this plugin, a pillar file per node; and a
//! data file per node below file_roots that the state imports by the minion's id, as some other plugins do.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use bgpcs::{PLUGIN, paths};
use fs_err as fs;
use serde_json::json;
use task::command;

use crate::authority::{Authority, NODES};
use crate::conductor::Conductor;
use crate::lab::Lab;
use crate::router::Router;
use crate::salt::Transport;

/// How many nodes there are beside those of the lab, in the layouts with many.
const MANY: usize = 5000;

/// How many highstates are measured.
const HIGHSTATES: u32 = 8;

/// How long the idle master is measured; it scans its file_roots once a minute.
const IDLE: Duration = Duration::from_secs(125);

/// The folder below file_roots from which the state of the other layout imports a node's data.
const DATA: &str = "bgp-community-services-data";

/// What highstates cost.
struct Cost {
    /// Seconds of CPU for each highstate.
    cpu: f64,
    /// Bytes between master and minion for each highstate, both ways.
    bytes: u64,
    /// Seconds that a highstate took on the minion.
    wall: f64,
    /// Seconds of CPU in an hour without any highstate.
    idle: f64,
}

/// Measures both layouts and prints a table.
pub fn measure(lab: &Lab) -> Result<()> {
    lab.settle()?;
    println!("layout              nodes  CPU s/highstate  kB/highstate  s/highstate  idle CPU s/hour");
    for extra in [0, MANY] {
        commit(&lab.conductor, extra)?;
        show("pillar", extra, &cost(lab)?);
    }
    for extra in [0, MANY] {
        commit(&lab.conductor, extra)?;
        move_to_data_files(&lab.conductor)?;
        show("file_roots data", extra, &cost(lab)?);
    }
    Ok(())
}

fn show(layout: &str, extra: usize, Cost { cpu, bytes, wall, idle }: &Cost) {
    let nodes = NODES.len() + extra;
    println!("{layout:18} {nodes:6} {cpu:16.2} {:13} {wall:12.1} {idle:16.1}", bytes / 1024);
}

/// Commits the sample authority with more routers of two nodes each.
fn commit(conductor: &Conductor, extra: usize) -> Result<()> {
    let mut configuration = Authority::sample().running_configuration();
    if let Some(routers) = configuration["config"]["authority"]["router"].as_array_mut() {
        routers.extend((0..extra / 2).map(|number| {
            let node =
                |node| json!({"name": format!("node{node}"), "assetId": format!("store{number}-node{node}")});
            let nodes = [node(1), node(2)];
            json!({"name": format!("store{number}"), "bgpCommunityServicesProfile": "O365", "node": nodes})
        }));
    }
    conductor.host.write(paths::RUNNING_CONFIGURATION, &configuration.to_string())?;
    conductor.host.run(paths::GENERATOR, &[])?;
    Ok(())
}

/// Turns the plugin's layout into the other one: the same states with another source of a node's data.
fn move_to_data_files(conductor: &Conductor) -> Result<()> {
    let host = &conductor.host;
    let data = format!("{}/{DATA}", paths::SALT_STATES_ROOT);
    host.run("mkdir", &["-p", &data])?;
    for name in conductor.pillar_files()? {
        let pillar = host.read(&format!("{}/{name}", paths::PILLAR_DIR))?.unwrap_or_default();
        let json: String = pillar.lines().filter(|line| !line.starts_with('#')).collect();
        host.write(&format!("{data}/{}", name.replace(".sls", ".json")), &json)?;
    }
    let states = format!("{}/{PLUGIN}", paths::SALT_STATES_ROOT);
    let install = host.read(&format!("{states}/install.sls"))?.unwrap_or_default();
    let import = format!("{{%- import_json '{DATA}/' ~ opts.id ~ '.json' as document %}}\n");
    let install = install
        .replace("pillar['", "document['")
        .replace(&format!("dataset_pillar: {PLUGIN}:config"), "dataset: {{ node.config | json }}");
    host.write(&format!("{states}/init.sls"), &format!("{import}{install}"))?;
    // Without pillar files and without a line in the pillar's top file this plugin's pillar costs nothing.
    host.run(
        "sh",
        &["-c", &format!("rm -f {0}/{PLUGIN}.sls {1}/*.sls", paths::SALT_PILLAR_ROOT, paths::PILLAR_DIR)],
    )?;
    host.write(&format!("{}/top.sls", paths::SALT_PILLAR_ROOT), "plugins:\n  '*':\n    - other-plugin\n")
}

/// Measures the layout that is in place.
fn cost(lab: &Lab) -> Result<Cost> {
    let conductor = &lab.conductor;
    let router = lab.single_node()?;
    conductor.kill_master()?;
    conductor.start_master(Transport::ZeroMq)?;
    conductor.wait_for_minions()?;
    // The first highstate fills caches of master and minion.
    highstate(router)?;
    let (cpu, bytes, started) = (cpu_seconds(conductor)?, loopback_bytes(conductor)?, Instant::now());
    for _ in 0..HIGHSTATES {
        highstate(router)?;
    }
    let wall = started.elapsed().as_secs_f64() / f64::from(HIGHSTATES);
    let bytes = (loopback_bytes(conductor)? - bytes) / u64::from(HIGHSTATES);
    let cpu = (cpu_seconds(conductor)? - cpu) / f64::from(HIGHSTATES);
    let before = cpu_seconds(conductor)?;
    thread::sleep(IDLE);
    let idle = (cpu_seconds(conductor)? - before) * 3600.0 / IDLE.as_secs_f64();
    Ok(Cost { cpu, bytes, wall, idle })
}

/// A highstate that changes nothing; the minion starts it, so that the master has no other work.
fn highstate(router: &Router) -> Result<()> {
    let mut call = router.node.minion.command(&router.host, "salt-call");
    command::read(call.args(["--retcode-passthrough", "--out=quiet", "state.highstate"]))?;
    Ok(())
}

/// The CPU time of all processes of the master.
pub fn cpu_seconds(conductor: &Conductor) -> Result<f64> {
    let frequency: f64 = conductor.host.run("getconf", &["CLK_TCK"])?.trim().parse().unwrap_or(100.0);
    let mut ticks = 0;
    for process in conductor.host.processes("salt-master")? {
        let path = conductor.host.path(&format!("/proc/{process}/stat"));
        let text = fs::read_to_string(&path)?;
        // proc(5): after the command's name in parentheses, utime and stime are the fields 14 and 15.
        let fields = text.rsplit_once(") ").map_or("", |(_, fields)| fields);
        ticks +=
            fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
    }
    Ok(ticks as f64 / frequency)
}

/// The bytes that the lab's only network device has received.
pub fn loopback_bytes(conductor: &Conductor) -> Result<u64> {
    let devices = conductor.host.run("cat", &["/proc/net/dev"])?;
    let received = devices.lines().find_map(|line| line.trim().strip_prefix("lo:"));
    Ok(received.and_then(|fields| fields.split_whitespace().next()?.parse().ok()).unwrap_or(0))
}
