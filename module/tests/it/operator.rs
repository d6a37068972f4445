//! What an operator's commands print, command by command and form by form.
//!
//! Each scenario is a directory: `files/`, what is on the router; `commands`, one a line; and `transcript`, what they
//! print and their exit status, rewritten with `BLESS=1`. With `peer-1.routes` there is a real bgpd, whose peer
//! announces them; the module then runs, the peer announces what stands in `announced`, and the module runs again.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use bgp_community_services::drive::once::run;
use bgp_community_services::operator::answer;
use bgp_community_services::settings::{Action, Settings};
use bgp_community_services_cli::exit::Exit;
use bgpcs_testing::{Bgpd, ExaBgp, Peer, alone, guide};
use serde_json::{Value, json};

/// When the commands are given, in the transcripts' world; files are from half a minute before.
const NOW: u64 = 1_800_000_000;

/// One after another, since each makes its scratch directory the current one: then paths are short and always the same.
#[test]
fn transcripts() {
    alone("operator::transcripts", || hold_to_transcripts(|scenario| !has_routes(scenario)));
}

/// Whether a scenario has a real bgpd.
pub fn has_routes(scenario: &Path) -> bool {
    scenario.join("peer-1.routes").exists()
}

/// Compares what the commands print in the scenarios of a kind with their transcripts.
pub fn hold_to_transcripts(is_of_the_kind: impl Fn(&Path) -> bool) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/operator");
    let mut failures = Vec::new();
    let scenarios = fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path());
    for scenario in scenarios.filter(|scenario| is_of_the_kind(scenario)) {
        let (written, stale) = transcript_of(&scenario);
        failures.extend(stale);
        let expected = scenario.join("transcript");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &written).unwrap();
        }
        if fs::read_to_string(&expected).ok().as_deref() != Some(&written) {
            failures.push(format!("{}: got\n{written}", expected.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The transcript of a scenario, and what the guide shows of it otherwise.
fn transcript_of(scenario: &Path) -> (String, Vec<String>) {
    let scratch = tempfile::tempdir().unwrap();
    let status = Command::new("cp").arg("-a").arg(scenario.join("files/.")).arg(scratch.path()).status();
    assert!(status.unwrap().success());
    std::env::set_current_dir(scratch.path()).unwrap();
    let _routing_engine = fs::read_to_string(scenario.join("peer-1.routes")).ok().map(|routes| {
        let announced = fs::read_to_string(scenario.join("announced")).unwrap_or_default();
        run_twice(&routes, &announced)
    });
    age(Path::new("."));
    let commands = fs::read_to_string(scenario.join("commands")).unwrap();
    let name = scenario.file_name().unwrap().to_str().unwrap();
    let stale = guide::stale(name, |command| {
        let line = command.strip_prefix("bgp-community-services ").unwrap();
        let transcript = answer_to(line);
        let (_, printed) = transcript.split_once('\n').unwrap();
        let (printed, _) = printed.rsplit_once("[exit status").unwrap();
        printed.to_owned()
    });
    (commands.lines().map(|line| answer_to(line) + "\n").collect(), stale)
}

fn settings(line: &str) -> Settings {
    let files = "--config config.json --output output.json --state-dir state --source bgpd --bgpd-socket bgpd.vty \
         --syslog-socket log";
    let all = words(line).chain(words(files)).chain(words("--root root"));
    Settings::from_words(["bgp-community-services"].into_iter().chain(all))
        .unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(' ')
}

fn answer_to(line: &str) -> String {
    let settings = settings(line);
    let Action::Answer(request) = &settings.action else { panic!("{line} is not for an operator") };
    let (text, status) = match answer(&settings, request, NOW, false) {
        Ok(answer) => (answer.text, Exit::from(answer.health)),
        Err(error) => (format!("{error}\n"), Exit::CannotTell),
    };
    let status = status.number();
    format!("$ bgp-community-services {line}\n{}[exit status {status}]\n", text.replace('\r', ""))
}

/// A run before and a run after further routes are announced, at known times.
fn run_twice(routes: &str, announced: &str) -> (Bgpd, ExaBgp) {
    let peer = Peer(1);
    let bgpd = Bgpd::start(&[peer, Peer(2)]);
    let routes: Vec<&str> = routes.lines().collect();
    let mut speaker = ExaBgp::start(peer, &bgpd, &routes);
    bgpd.await_prefixes(peer, routes.len() as u64);
    symlink(bgpd.socket(), "bgpd.vty").unwrap();
    run(&settings("run")).unwrap();
    announced.lines().for_each(|route| speaker.announce(peer, route));
    bgpd.await_prefixes(peer, (routes.len() + announced.lines().count()) as u64);
    run(&settings("run")).unwrap();
    let mut state: Value = serde_json::from_slice(&fs::read("state/last-run.json").unwrap()).unwrap();
    for key in ["started", "finished"] {
        state[key] = json!(NOW - 30);
    }
    state["last-good"]["time"] = json!(NOW - 30);
    state["last-good"]["looked"] = json!(NOW - 30);
    for cost in ["last", "all"] {
        state["tally"][cost] = json!({"duration": 32, "processor": 8, "memory": 5_242_880});
    }
    fs::write("state/last-run.json", state.to_string()).unwrap();
    let history = fs::read_to_string("state/history.jsonl").unwrap();
    let entries: Vec<&str> = history.lines().collect();
    let dated = entries.iter().zip((0..entries.len() as u64).rev()).map(|(entry, hours)| {
        let mut entry: Value = serde_json::from_str(entry).unwrap();
        entry["time"] = json!(NOW - 30 - 3600 * hours);
        format!("{entry}\n")
    });
    fs::write("state/history.jsonl", dated.collect::<String>()).unwrap();
    (bgpd, speaker)
}

/// Gives every file below a directory the same age.
fn age(directory: &Path) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => age(&entry.path()),
            kind if kind.is_file() => {
                let file = File::options().write(true).open(entry.path()).unwrap();
                file.set_modified(UNIX_EPOCH + Duration::from_secs(NOW - 30)).unwrap();
            }
            _ => {}
        }
    }
}
