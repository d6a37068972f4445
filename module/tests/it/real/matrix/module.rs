//! The module as its own program, with the files of one place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What an output file says: prefixes by application, and the error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub services: BTreeMap<String, BTreeSet<String>>,
    pub error: String,
}

impl Seen {
    /// Services as a scenario writes them: applications with their prefixes, blanks between.
    pub fn of(services: &[(&str, &str)], error: &str) -> Self {
        let with_prefixes = services.iter().filter(|(_, prefixes)| !prefixes.is_empty());
        let services = with_prefixes.map(|(name, prefixes)| {
            ((*name).to_owned(), prefixes.split_whitespace().map(str::to_owned).collect())
        });
        Self { services: services.collect(), error: error.to_owned() }
    }

    /// Whether it has the services that are wanted, and an error that begins like the wanted one.
    pub fn is(&self, wanted: &Self) -> bool {
        let same_error = match wanted.error.is_empty() {
            true => self.error.is_empty(),
            false => self.error.starts_with(&wanted.error),
        };
        self.services == wanted.services && same_error
    }

    /// What the file says at present; nothing when there is none.
    pub fn in_file(path: &Path) -> Self {
        let file: Value = fs::read(path).map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
        let services = file["services"].as_object().into_iter().flatten().map(|(name, entries)| {
            let prefixes = entries.as_array().unwrap().iter();
            (name.clone(), prefixes.map(|entry| entry["ip-prefix"].as_str().unwrap().to_owned()).collect())
        });
        Self { services: services.collect(), error: file["error"].as_str().unwrap_or_default().to_owned() }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, prefixes) in &self.services {
            let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
            write!(f, "{name} [{}] ", prefixes.join(" "))?;
        }
        match self.error.is_empty() {
            true => f.write_str("without error"),
            false => write!(f, "with error {:?}", self.error),
        }
    }
}

/// How the program is called.
#[derive(Debug, Clone, Default)]
pub struct Call {
    pub options: Vec<String>,
}

/// A place with the configuration, the output file and the state of a module.
pub struct Module {
    directory: TempDir,
}

impl Module {
    pub fn new(configuration: &Value) -> Self {
        let module = Self { directory: tempfile::Builder::new().prefix("module.").tempdir().unwrap() };
        fs::write(module.path("config.json"), configuration.to_string()).unwrap();
        module
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn seen(&self) -> Seen {
        Seen::in_file(&self.path("output.json"))
    }

    /// One run; what it wrote.
    pub fn run(&self, call: &Call) -> Seen {
        let output = self.command("run", call).stdout(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "run: {}", String::from_utf8_lossy(&output.stderr));
        self.seen()
    }

    /// The service.
    pub fn watch(&self, call: &Call) -> Service {
        let log = fs::File::create(self.path("log")).unwrap();
        Service(self.command("watch", call).stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    /// The words by which ExaBGP starts the program.
    pub fn exabgp_program(&self) -> String {
        let command = self.command("exabgp", &Call::default());
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ")
    }

    fn command(&self, action: &str, call: &Call) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bgp-community-services"));
        command.arg(action).arg("--config").arg(self.path("config.json"));
        command.arg("--output").arg(self.path("output.json")).arg("--state-dir").arg(self.path("state"));
        command.args(&call.options).stdin(Stdio::null());
        command
    }
}

/// The service, ended with this value.
pub struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
