//! A module's files in a scratch directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bgp_community_services::clock::now;
use bgp_community_services::collect::state::State;
use bgp_community_services::drive::once::run;
use bgp_community_services::operator::answer;
use bgp_community_services::operator::error::OperatorError;
use bgp_community_services::operator::printed::Printed;
use bgp_community_services::settings::{Action, Limits, Settings};
use serde_json::Value;
use tempfile::TempDir;

/// A reply without routes.
pub const EMPTY: &str = r#"{"routes": {}}"#;

/// A scratch directory with a module's files, and limits that a test can wait for.
pub struct Scene {
    directory: TempDir,
    /// How long a reply is waited for: longer than a busy machine needs, unless a test is about waiting in vain.
    pub patience: Duration,
}

impl Scene {
    /// A module that is configured with `tests/data/o365.json`.
    pub fn new() -> Self {
        let scene = Self { directory: tempfile::tempdir().unwrap(), patience: Duration::from_secs(30) };
        fs::copy(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/o365.json"),
            scene.path("config.json"),
        )
        .unwrap();
        scene
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Puts there what the plugin and SSR install on a router, as it is when all is well.
    pub fn install(&self) {
        let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/operator/healthy/files/root/.");
        fs::remove_dir_all(self.path("root")).ok();
        fs::create_dir(self.path("root")).unwrap();
        let copied = Command::new("cp").arg("-a").arg(files).arg(self.path("root")).status();
        assert!(copied.unwrap().success());
    }

    /// The file of that name, as JSON; null if there is none.
    pub fn json(&self, name: &str) -> Value {
        fs::read(self.path(name)).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap())
    }

    /// The prefixes of the first application, and then those of the second, in the output file.
    pub fn prefixes(&self) -> String {
        let services = &self.json("output.json")["services"];
        let of = |name: &str| {
            let entries = services[name].as_array().cloned().unwrap_or_default();
            entries
                .iter()
                .map(|entry| entry["ip-prefix"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        format!("{} | {}", of("ExchangeOnline"), of("SharePointOnline"))
    }

    /// Changes one of the files.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut value = self.json(name);
        change(&mut value);
        fs::write(self.path(name), value.to_string()).unwrap();
    }

    /// The command line's settings for this scene, with limits that a test can reach.
    pub fn settings(&self, options: &[&str]) -> Settings {
        let path = |name: &str| self.path(name).into_os_string().into_string().unwrap();
        let (configuration, output, state) = (path("config.json"), path("output.json"), path("state"));
        let syslog = path("log");
        let files = ["module", "--config", &configuration, "--output", &output, "--state-dir", &state];
        let root = path("root");
        let mut files = [&files[..], &["--syslog-socket", &syslog]].concat();
        if !options.contains(&"--root") {
            files.extend(["--root", &root]);
        }
        let mut settings = Settings::from_words(files.iter().chain(options)).unwrap();
        settings.limits = Limits {
            connect: self.patience,
            first_byte: self.patience,
            reply: 2 * self.patience,
            reply_bytes: 1 << 20,
            ..Limits::default()
        };
        settings
    }

    /// The program with this scene's files, and limits as they are installed.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bgp-community-services"));
        command
            .args(words)
            .arg("--config")
            .arg(self.path("config.json"))
            .arg("--output")
            .arg(self.path("output.json"));
        command.arg("--state-dir").arg(self.path("state")).arg("--source").arg("bgpd");
        command.arg("--bgpd-socket").arg(self.path("bgpd.vty")).stdin(Stdio::null());
        command.arg("--syslog-socket").arg(self.path("log")).arg("--root").arg(self.path("root"));
        command
    }

    /// What ExaBGP is told to run for this scene.
    pub fn exabgp_program(&self) -> String {
        let mut words = vec![env!("CARGO_BIN_EXE_bgp-community-services").to_owned(), "exabgp".to_owned()];
        for (option, name) in [
            ("--config", "config.json"),
            ("--output", "output.json"),
            ("--state-dir", "state"),
            ("--syslog-socket", "log"),
        ] {
            words.extend([option.to_owned(), self.path(name).into_os_string().into_string().unwrap()]);
        }
        words.join(" ")
    }

    /// One run: the state that it leaves, and the output file.
    pub fn run(&self, options: &[&str]) -> (State, String) {
        let state = run(&self.settings(options)).unwrap();
        (state, fs::read_to_string(self.path("output.json")).unwrap())
    }

    /// What a command for operators answers; the words are those of the command line.
    pub fn answer(&self, words: &[&str]) -> String {
        self.try_to_answer(words).unwrap().text
    }

    /// What a command for operators answers, or why it cannot.
    pub fn try_to_answer(&self, words: &[&str]) -> Result<Printed, OperatorError> {
        let settings = self.settings(words);
        let Action::Answer(request) = &settings.action else { panic!("{words:?} is no query") };
        answer(&settings, request, now(), false)
    }

    /// One run with bgpd at the scene's `bgpd.vty`.
    pub fn ask_bgpd(&self) -> (State, String) {
        let socket = self.path("bgpd.vty").into_os_string().into_string().unwrap();
        self.run(&["--source", "bgpd", "--bgpd-socket", &socket])
    }
}

/// The file with an error and nothing else, as the documentation shows it.
pub fn file_with(error: &str) -> String {
    format!(
        "{{\n  \"module-name\": \"bgp-community-services\",\n  \"duration\": 60,\n  \"continue-file-watch\": true,\n  \
         \"services\": {{}},\n  \"error\": \"{error}\"\n}}\n"
    )
}
