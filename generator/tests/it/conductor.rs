//! The files of a conductor that the generator works on, in a temporary directory.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The name of the marker in the pillar directory.
pub const MARKER: &str = ".complete";

pub struct Conductor {
    root: TempDir,
}

/// What a run left behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Conductor {
    pub fn new() -> Self {
        let root = TempDir::new().unwrap();
        DirBuilder::new().mode(0o750).create(root.path().join("pillar")).unwrap();
        Self { root }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub fn pillar_dir(&self) -> PathBuf {
        self.path("pillar")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("generator.log")).unwrap_or_default()
    }

    /// The command with this conductor's paths; arguments of the caller follow.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_generate_pillar"));
        command.arg("--pillar-dir").arg(self.pillar_dir()).arg("--log").arg(self.path("generator.log"));
        command
    }

    /// A run on a configuration in a file, which is the whole authority.
    pub fn generate(&self, config: &Path) -> Outcome {
        outcome(self.command().arg("--whole").arg("--config").arg(config))
    }

    /// A run on a configuration on standard input, which is the whole authority.
    pub fn generate_from(&self, config: &[u8]) -> Outcome {
        let mut command = self.command();
        command.args(["--whole", "--config", "-"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A run that refuses its input may end before it has taken all of it.
        let _ = child.stdin.take().unwrap().write_all(config);
        Outcome::from(child.wait_with_output().unwrap())
    }

    /// Every file in the pillar directory except the marker.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut files = files(&self.pillar_dir());
        files.remove(MARKER);
        files
    }

    /// The content of the marker, which a run on the whole authority leaves.
    pub fn marker(&self) -> Option<String> {
        fs::read_to_string(self.pillar_dir().join(MARKER)).ok()
    }
}

pub fn files(directory: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(directory) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect()
}

pub fn outcome(command: &mut Command) -> Outcome {
    Outcome::from(command.output().unwrap())
}

impl From<std::process::Output> for Outcome {
    fn from(output: std::process::Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
