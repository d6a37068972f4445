//! How Salt's program is run and ended: with a stand-in for it, which behaves as the real one can be brought to only by
//! breaking it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use bgpcs_testing::eventually;
use serde_json::{Value, json};

use super::printed_by_salt;
use crate::conductor::{Conductor, Outcome, outcome};

/// A conductor with three nodes and a program in the place of Salt.
pub struct Asked {
    pub conductor: Conductor,
    configuration: PathBuf,
}

impl Asked {
    pub fn new(script: &str) -> Self {
        let conductor = Conductor::new();
        let configuration = conductor.path("config.json");
        let router = |name: &str, asset_id: &str| {
            json!({"name": name, "node": [{"name": "node1", "asset-id": asset_id}],
                "bgp-community-services-profile": "O365", "application-identification": {"mode": ["module"]}})
        };
        let routers = [router("boston", "R2, node 2"), router("lima", "lima-1"), router("oslo", "oslo-1")];
        let application = json!({"application-name": "ExchangeOnline", "bgp-community": ["12076:5010"]});
        let authority = json!({"authority": {"router": routers,
            "bgp-community-services-profile": [{"name": "O365", "application": [application]}],
            "service": [{"name": "all", "application-name": ["*"]}]}});
        fs::write(&configuration, authority.to_string()).unwrap();
        assert_eq!(conductor.generate(&configuration).status, 0);
        let answers: Vec<String> = ["R2, node 2", "lima-1", "oslo-1"]
            .iter()
            .map(|id| printed_by_salt(&conductor, &json!({(*id): {"says": {}}}).to_string()))
            .collect();
        fs::write(conductor.path("answers"), answers.join("\n") + "\n").unwrap();
        // Nobody is connected to this port.
        fs::write(conductor.path("master"), "publish_port: 1\n").unwrap();
        let program = conductor.path("salt");
        let script = script.replace("@DIR@", conductor.path("").to_str().unwrap());
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        Self { conductor, configuration }
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.conductor.command();
        command.args(arguments).arg("--config").arg(&self.configuration);
        command
            .arg("--salt")
            .arg(self.conductor.path("salt"))
            .arg("--salt-config")
            .arg(self.conductor.path(""));
        if arguments[0] == "status" {
            command.arg("--cache").arg(self.conductor.path("cache/fleet.json"));
        }
        outcome(&mut command)
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.conductor.path(name)).unwrap_or_default()
    }
}

#[test]
fn whatever_salt_does_there_is_an_answer_or_a_cause() {
    const LIVE: &[&str] = &["status", "--live", "--json", "--timeout", "20"];
    const SOON: &[&str] = &["status", "--live", "--json", "--timeout", "1"];
    let cases: &[(&str, &[&str], i32, usize, &str)] = &[
        ("cat @DIR@/answers", LIVE, 0, 3, ""),
        ("cat @DIR@/answers; exit 1", LIVE, 0, 3, ""),
        ("head -n 2 @DIR@/answers; exit 0", LIVE, 3, 2, ""),
        // It does not end by itself: the last answer is waited for, and nothing after it.
        ("cat @DIR@/answers; exec sleep 300", LIVE, 0, 3, ""),
        ("head -n 1 @DIR@/answers; exec sleep 300", SOON, 3, 1, ""),
        ("trap '' TERM; head -n 1 @DIR@/answers; while :; do sleep 0.1; done", SOON, 3, 1, ""),
        ("yes x | head -c 9000000 | tr -d '\\n'; echo; cat @DIR@/answers", LIVE, 0, 3, ""),
        ("yes noise | head -c 3000000 >&2; cat @DIR@/answers", LIVE, 0, 3, ""),
        (
            "echo '\"Salt request timed out. The master is not responding.\"'",
            LIVE,
            3,
            0,
            "Salt says: Salt request timed out. The master is not responding.",
        ),
        ("echo Traceback >&2; echo 'OSError: no key' >&2; exit 1", LIVE, 3, 0, "Salt says: OSError: no key"),
        ("echo 'No minions matched the target.'; echo '{}'; exit 2", LIVE, 3, 0, "No minions matched"),
        ("exit 0", LIVE, 3, 0, "this may be the standby conductor of a pair"),
    ];
    for (script, arguments, status, answers, error) in cases {
        let asked = Asked::new(script);
        let ended = asked.run(arguments);
        assert_eq!(ended.status, *status, "{script}: {} {}", ended.stdout, ended.stderr);
        let json: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(json["asked"]["answers"], *answers, "{script}: {json:#}");
        match (error, json["asked"]["error"].as_str()) {
            (&"", said) => assert_eq!(said, None, "{script}"),
            (error, said) => assert!(said.is_some_and(|said| said.contains(error)), "{script}: {said:?}"),
        }
        assert_eq!(json["asked"]["standby"], error.contains("standby"), "{script}");
    }
}

#[test]
fn who_is_asked_gets_one_job_and_the_program_a_sigterm() {
    let script = "for word; do printf '%s\\n' \"$word\"; done > @DIR@/words; trap 'echo ended > @DIR@/ended; exit' TERM; \
                  cat @DIR@/answers; while :; do sleep 0.05; done";
    let asked = Asked::new(script);
    assert_eq!(asked.run(&["status", "--live"]).status, 0);
    eventually("SIGTERM", || asked.file("ended") == "ended\n");
    let words = asked.file("words");
    let words: Vec<&str> = words.lines().collect();
    assert_eq!(
        words[1..7],
        ["--out=json", "--out-indent=-1", "--hide-timeout", "--log-level=error", "--timeout=10", "*"]
    );
    assert_eq!(asked.run(&["status", "--live", "bos*"]).status, 0);
    let words = asked.file("words");
    assert!(words.contains("\n-E\n^(?:R2\\,\\ node\\ 2)$\ncmd.run_all\n"), "{words}");
    assert!(words.ends_with("\npython_shell=False\nignore_retcode=True\ntimeout=9\n"), "{words}");
    let vector = words.lines().find(|word| word.starts_with('[')).unwrap();
    let vector: Vec<String> = serde_json::from_str(vector).unwrap();
    assert_eq!(vector[..2], ["/bin/sh", "-c"]);
    assert!(!vector[2].contains('#'), "Salt would take it for a comment");
}

#[test]
fn what_was_heard_is_kept() {
    let asked = Asked::new("cat @DIR@/answers");
    let never = asked.run(&["status", "--live", "--cached"]);
    assert_eq!((never.status, never.stdout.contains("never asked yet")), (3, true), "{}", never.stdout);
    assert_eq!(asked.run(&["status", "--live"]).status, 0);
    let cache = asked.conductor.path("cache/fleet.json");
    assert_eq!(fs::metadata(&cache).unwrap().permissions().mode() & 0o7777, 0o600);
    fs::write(asked.conductor.path("salt"), "#!/bin/sh\nexit 1\n").unwrap();
    for arguments in [&["--cached"][..], &["--refresh-every", "1h"]] {
        let known = asked.run(&[&["status", "--live", "--json"][..], arguments].concat());
        let json: Value = serde_json::from_str(&known.stdout).unwrap();
        assert_eq!((known.status, &json["asked"]["cached"]), (0, &json!(true)), "{arguments:?}");
    }
    let silent = asked.run(&["status", "--live"]);
    assert_eq!(silent.status, 3);
    assert!(silent.stderr.starts_with("last known "), "{}", silent.stderr);
    assert!(silent.stdout.contains("last heard "), "{}", silent.stdout);
    fs::write(&cache, "{").unwrap();
    let damaged = asked.run(&["status", "--live", "--cached"]);
    assert!(damaged.stderr.contains("cannot read what was last known"), "{}", damaged.stderr);
}

#[test]
fn only_an_absolute_path_is_run() {
    let asked = Asked::new("cat @DIR@/answers");
    for (program, error) in
        [("salt", "is no absolute path"), ("/nonexistent/salt", "cannot run /nonexistent/salt")]
    {
        let mut command = asked.conductor.command();
        command.args(["status", "--live", "--salt", program, "--config"]).arg(&asked.configuration);
        command.arg("--cache").arg(asked.conductor.path("cache/fleet.json"));
        let ended = outcome(&mut command);
        assert!(ended.status == 3 && ended.stderr.contains(error), "{}", ended.stderr);
    }
}
