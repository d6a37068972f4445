//! The operator's guide, followed: what it says to configure is configured, and what it shows is what is printed.

use std::fs;

use bgpcs_testing::guide;

use crate::conductor::{Conductor, outcome};

const GUIDE: &str = include_str!("../../../docs/operator-guide.md");

/// What was there before.
const ROUTER: &str = "config authority router router1 name router1\n\
                      config authority router router1 node node1 name node1\n\
                      config authority router router1 node node1 asset-id node1.router1\n";

/// What ends the output of `show config candidate flat`.
const PROMPT: &str = "admin@node1.conductor1# \n";

/// The lines that the guide says to configure, in the form in which the PCLI shows them.
fn configured() -> Vec<&'static str> {
    let (_, section) = GUIDE.split_once("## Configure").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    section.lines().map(str::trim).filter(|line| line.starts_with("config authority ")).collect()
}

/// A conductor with so many of these lines.
fn conductor(lines: usize) -> Conductor {
    let conductor = Conductor::new();
    let lines: String = configured().iter().take(lines).map(|line| format!("{line}\n")).collect();
    fs::write(conductor.path("candidate.txt"), format!("{ROUTER}{lines}{PROMPT}")).unwrap();
    conductor
}

impl Conductor {
    /// What a terminal shows of a command of the guide.
    fn shows(&self, command: &str) -> String {
        if command == "tail -n 1 bgp-community-services-generate-pillar.log" {
            let log = self.log();
            let (_, line) = log.lines().last().unwrap().split_once(' ').unwrap();
            let (line, _) = line.rsplit_once("; ").unwrap();
            return format!("2027-01-15T08:00:00Z {line}; 0.004 s\n");
        }
        let words = command.strip_prefix("generate_pillar").unwrap().split_whitespace();
        let config = self.path("candidate.txt").into_os_string().into_string().unwrap();
        let words = words.map(|word| word.replace("candidate.txt", &config));
        let mut run = self.command();
        run.args(words);
        if !command.contains("--config") {
            // What it stands for is the running configuration.
            run.arg("--whole").arg("--config").arg(&config);
        }
        let ended = outcome(&mut run);
        ended.stdout + &ended.stderr
    }

    fn commit(self) -> Self {
        let run = self.generate(&self.path("candidate.txt"));
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        self
    }
}

#[test]
fn goes_from_an_empty_pcli_to_a_pillar_and_back() {
    let all = configured().len();
    assert!(all > 10, "the guide configures {all} lines");
    let upgraded = || {
        let conductor = conductor(all).commit();
        for (name, text) in conductor.files() {
            fs::write(conductor.pillar_dir().join(name), text.replace(bgpcs::VERSION, "4.0.0")).unwrap();
        }
        conductor
    };
    let removed = || {
        let conductor = conductor(all).commit();
        fs::write(conductor.path("candidate.txt"), format!("{ROUTER}{PROMPT}")).unwrap();
        conductor.commit()
    };
    let stages: [(&str, &dyn Fn() -> Conductor); 6] = [
        ("installed", &|| conductor(0)),
        ("forgotten", &|| conductor(all - 3)),
        ("candidate", &|| conductor(all)),
        ("committed", &|| conductor(all).commit()),
        ("upgraded", &upgraded),
        ("removed", &removed),
    ];
    for (stage, set) in stages {
        let conductor = set();
        let mut shown = 0;
        let stale = guide::stale(stage, |command| {
            shown += 1;
            conductor.shows(command)
        });
        assert!(stale.is_empty(), "{stale:?}");
        assert!(shown > 0, "the guide shows nothing of {stage}");
    }
}
