//! Runs Salt's program, takes its lines as they come, and ends it when the time is over.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use bgpcs::{Quoted, paths};
use rustix::process::{Pid, Signal, kill_process};

use super::answer::{self, Line, Reply, Wanted};
use super::job::{Question, Target, arguments};

/// The longest line that is taken: Salt passes on 1 MiB of an answer, and JSON may double it.
const LONGEST_LINE: u64 = 4 << 20;

/// The most that is taken of what Salt says on standard error, in bytes.
const LONGEST_ERROR: u64 = 4096;

/// How many lines may wait to be read.
const WAITING: usize = 64;

/// How long the program has to end after SIGTERM.
const GRACE: Duration = Duration::from_millis(900);

/// Where to ask, and for how long.
#[derive(Debug, Clone)]
pub struct Salt {
    /// The program.
    pub program: PathBuf,
    /// The directory with the master's configuration.
    pub configuration: PathBuf,
    /// How long to wait for answers.
    pub timeout: Duration,
}

/// How the asking ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    /// What Salt said of the whole, in the order of its words.
    pub said: Vec<String>,
    /// Whether the time was over before Salt was.
    pub is_late: bool,
}

/// Why nothing was asked.
#[derive(Debug, thiserror::Error)]
pub enum SaltError {
    /// The program cannot be run.
    #[error("cannot run {}: {source}", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The program is named by something else than an absolute path.
    #[error("{} is no absolute path", Quoted(.0))]
    Relative(String),
}

impl Salt {
    /// The program that an operator named, or else SSR's own where it exists, or else Salt's.
    ///
    /// # Errors
    /// When the name is no absolute path.
    pub fn new(named: Option<PathBuf>, configuration: PathBuf, timeout: Duration) -> Result<Self, SaltError> {
        let installed = || {
            let known = [paths::T128_SALT, paths::SALT].map(PathBuf::from);
            known.into_iter().find(|path| path.exists()).unwrap_or_else(|| paths::SALT.into())
        };
        let program = named.unwrap_or_else(installed);
        match program.is_absolute() {
            true => Ok(Self { program, configuration, timeout }),
            false => Err(SaltError::Relative(program.display().to_string())),
        }
    }

    /// Publishes a question to these targets, and gives each answer to `take` as it comes, under the id that the master
    /// gives, until `take` says that it has all it needs, Salt has ended, or the time is over.
    ///
    /// # Errors
    /// When the program cannot be run.
    pub fn ask(
        &self,
        targets: &[Target],
        question: &Question,
        take: &mut dyn FnMut(String, Reply) -> Wanted,
    ) -> Result<Ended, SaltError> {
        let deadline = Instant::now() + self.timeout;
        let (sender, lines) = sync_channel(WAITING);
        let mut children = Children(Vec::new());
        for target in targets {
            let mut child = self.start(target, question)?;
            if let Some(output) = child.stdout.take() {
                let sender = sender.clone();
                thread::spawn(move || pass_on(output, &sender));
            }
            if let Some(error) = child.stderr.take() {
                let sender = sender.clone();
                thread::spawn(move || pass_on_error(error, &sender));
            }
            children.0.push(child);
        }
        drop(sender);
        let mut ended = Ended::default();
        ended.is_late = take_all(&lines, deadline, &mut ended.said, take);
        Ok(ended)
    }

    fn start(&self, target: &Target, question: &Question) -> Result<Child, SaltError> {
        let mut command = Command::new(&self.program);
        // SSR's own program knows its configuration.
        if self.program.file_name() != Path::new(paths::T128_SALT).file_name() {
            command.arg(format!("--config-dir={}", self.configuration.display()));
        }
        // Into a pipe, Python would hold answers back until it has 8 KiB of them or ends.
        command.env("PYTHONUNBUFFERED", "1");
        command
            .args(arguments(target, question, self.timeout.as_secs().max(1)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| SaltError::Run { program: self.program.clone(), source })
    }
}

/// What a program of Salt prints.
enum Printed {
    Line(Line),
    Error(String),
}

/// Takes lines until the last. Gives whether the time was over before.
fn take_all(
    lines: &Receiver<Printed>,
    deadline: Instant,
    said: &mut Vec<String>,
    take: &mut dyn FnMut(String, Reply) -> Wanted,
) -> bool {
    /// What Salt says of the whole is a few lines; of more, the first are enough.
    const MOST_SAID: usize = 5;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match lines.recv_timeout(left) {
            Ok(Printed::Line(Line::Replies(replies))) => {
                for (id, reply) in replies {
                    if take(id, reply) == Wanted::NoMore {
                        return false;
                    }
                }
            }
            Ok(Printed::Line(Line::Said(text)) | Printed::Error(text)) => {
                if said.len() < MOST_SAID && !said.contains(&text) {
                    said.push(text);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => return true,
        }
    }
}

/// Passes on each line of standard output. A line that is too long is dropped, so that its minion has no answer.
fn pass_on(output: impl Read, sender: &SyncSender<Printed>) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut output).take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if line.len() as u64 == LONGEST_LINE && line.last() != Some(&b'\n') => {
                if output.skip_until(b'\n').is_err() {
                    return;
                }
            }
            Ok(_) => {
                if let Some(read) = answer::read(&line)
                    && sender.send(Printed::Line(read)).is_err()
                {
                    return;
                }
            }
        }
    }
}

/// Passes on the end of standard error, where an exception has its cause.
fn pass_on_error(error: impl Read, sender: &SyncSender<Printed>) {
    let mut text = Vec::new();
    let mut error = error;
    // What is longer is read and dropped, so that the program does not wait for its reader.
    if (&mut error).take(LONGEST_ERROR).read_to_end(&mut text).is_err()
        || io::copy(&mut error, &mut io::sink()).is_err()
    {
        return;
    }
    let text = String::from_utf8_lossy(&text);
    if let Some(last) = text.lines().rfind(|line| !line.trim().is_empty()) {
        // Nobody takes it any more when all have answered.
        sender.send(Printed::Error(answer::shown(last))).ok();
    }
}

/// Programs of Salt that run. Dropping them ends them: with SIGTERM, and only if that does not help with SIGKILL. The job on
/// the minions goes on, and its answers are in the master's job cache.
struct Children(Vec<Child>);

impl Drop for Children {
    fn drop(&mut self) {
        for child in &mut self.0 {
            if matches!(child.try_wait(), Ok(None))
                && let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw)
            {
                // It may have ended by itself in between.
                kill_process(pid, Signal::TERM).ok();
            }
        }
        let deadline = Instant::now() + GRACE;
        for child in &mut self.0 {
            while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(5));
            }
            if matches!(child.try_wait(), Ok(None)) {
                child.kill().ok();
                child.wait().ok();
            }
        }
    }
}
