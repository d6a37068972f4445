//! A host of the lab: its own root, an overlay over this machine's root, and its own processes.
//!
//! The overlay writes to a tmpfs, so this machine stays unchanged. A PID namespace ends every process of the host with
//! its first one. A network namespace that all hosts of a lab share separates labs. The first process of a host waits for
//! the end of a pipe that the lab holds: whatever ends the lab, also a signal, ends the hosts.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use fs_err as fs;
use task::{command, workspace};

use crate::wait;

/// The time limit of a program on a host, in seconds: more than the module's own limit.
const LIMIT: &str = "300";

/// The size of a host's file system, which is in memory.
const DISK_SIZE: &str = "512m";

/// Creates a host's root below `$1`, with `$2` of this machine and the mark `$3` in it, and becomes its first process.
///
/// It prints its process number only after the root is its own, because the lab writes files through that number.
/// `/var/run` becomes a relative link: through an absolute one the lab would write to this machine's own folder.
const MAKE_ROOT: &str = r#"
set -e
mount -t tmpfs -o "size=$DISK_SIZE" tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
cd "$1/root"
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mkdir -p ".$2"
mount --bind "$2" ".$2"
rm -rf var/run
ln -s ../run var/run
read -r pid rest </proc/self/stat
mount -t proc proc proc
touch ".$3"
shift 3
exec chroot . sh -c 'echo "$0"; exec "$@"' "$pid" "$@"
"#;

/// A file that every host's root has and this machine's root has not.
const MARK: &str = "/lab-host";

/// Sets up a network namespace with only a loopback device, and stays until the lab ends.
const MAKE_NETWORK: &str = r#"
set -e
ip link set lo up
echo "$$"
exec "$1" "$2"
"#;

/// The first process of a host or network.
struct Namespace {
    pid: u32,
    /// The process, which ends when its pipe ends; none if the lab stays up.
    child: Option<Child>,
}

impl Namespace {
    /// Starts the script that creates it; the script prints its process number when everything is ready.
    fn start(name: &str, mut maker: Command, keep: bool) -> Result<Self> {
        maker.args(if keep { ["sleep", "infinity"] } else { ["cat", "-"] });
        maker.stdin(if keep { Stdio::null() } else { Stdio::piped() });
        Self::await_start(name, maker, keep)
    }

    fn await_start(name: &str, mut maker: Command, keep: bool) -> Result<Self> {
        maker.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = maker.spawn().context("cannot start unshare")?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let Ok(pid) = line.trim().parse() else {
            let mut stderr = String::new();
            if let Some(mut pipe) = child.stderr.take() {
                pipe.read_to_string(&mut stderr)?;
            }
            bail!(
                "cannot start host {name}: {}; the lab mounts file systems and must run as root",
                stderr.trim()
            );
        };
        Ok(Self { pid, child: (!keep).then_some(child) })
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            match child.stdin.take() {
                // The process ends with the pipe; after the wait its mounts are gone too.
                Some(pipe) => drop(pipe),
                // A first process without a pipe is killed with the program that started it, which may have ended
                // already.
                None => drop(child.kill()),
            }
            let _ = child.wait();
        }
    }
}

/// The network that the hosts of one lab share: a loopback device, on which every host uses addresses of 127.0.0.0/8.
pub struct Network(Namespace);

impl Network {
    /// Creates the network; with `keep` it outlives the lab.
    pub fn start(keep: bool) -> Result<Self> {
        let mut unshare = Command::new("unshare");
        unshare.args(["--net", "--", "sh", "-c", MAKE_NETWORK, "network"]);
        Namespace::start("network", unshare, keep).map(Self)
    }

    /// A program of this machine that is in the network, with this machine's files.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.0.pid)).arg(program);
        command
    }
}

/// A host with its own file system and processes.
pub struct Host {
    name: String,
    namespace: Namespace,
}

impl Host {
    /// Starts a host in a network; with `keep` it outlives the lab.
    pub fn start(name: &str, network: &Network, keep: bool) -> Result<Self> {
        Self::make(name, network, keep, |maker| Namespace::start(name, maker, keep))
    }

    /// Starts a host whose first process is the shell script; the script becomes an init. With `keep` it outlives the lab.
    pub fn boot(name: &str, network: &Network, script: &str, keep: bool) -> Result<Self> {
        Self::make(name, network, keep, |mut maker| {
            maker.args(["sh", "-c", script]).stdin(Stdio::null());
            Namespace::await_start(name, maker, keep)
        })
    }

    fn make(
        name: &str,
        network: &Network,
        keep: bool,
        start: impl FnOnce(Command) -> Result<Namespace>,
    ) -> Result<Self> {
        let shared = workspace::lab();
        // Every host mounts its file system here, in its own mount namespace.
        let mount_point = shared.join("host");
        fs::create_dir_all(&mount_point)?;
        // An init has no pipe that ends with the lab, so the kernel sends it a signal.
        let mut maker = Command::new("setpriv");
        maker.args(["--pdeathsig", if keep { "clear" } else { "KILL" }]);
        maker.arg("nsenter").arg(format!("--net=/proc/{}/ns/net", network.0.pid));
        maker.args(["unshare", "--mount", "--pid", "--cgroup", "--fork", "--kill-child"]);
        maker.args(["--propagation", "private", "--", "sh", "-c", MAKE_ROOT, "host"]);
        maker.arg(&mount_point).arg(&shared).arg(MARK).env("DISK_SIZE", DISK_SIZE);
        let host = Self { name: name.to_owned(), namespace: start(maker)? };
        // The lab writes to this root from here on; it must not be this machine's.
        let is_separate = host.exists(MARK) && !Path::new(MARK).exists();
        ensure!(is_separate, "cannot start host {name}: it has no root of its own");
        Ok(host)
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The shell command that enters it.
    pub fn how_to_enter(&self) -> String {
        format!("nsenter --target {} --mount --pid --net --root --wd bash", self.namespace.pid)
    }

    /// The shell command that stops it, if it outlives the lab.
    pub fn how_to_stop(&self) -> String {
        format!("kill -9 {}", self.namespace.pid)
    }

    /// A file of this host, as seen from outside.
    pub fn path(&self, inside: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{inside}", self.namespace.pid))
    }

    /// A program on this host, with a clean environment and a time limit.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--target={}", self.namespace.pid));
        command.args(["--mount", "--pid", "--net", "--root", "--wd", "timeout", "--kill-after=5", LIMIT]);
        command.arg(program).stdin(Stdio::null());
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", "/root");
        command
    }

    /// Runs a program on this host and returns its standard output; another status than 0 is an error.
    pub fn run(&self, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Result<String> {
        command::read(self.command(program).args(arguments))
    }

    /// Whether a program on this host ends with status 0.
    pub fn succeeds(&self, program: &str, arguments: &[&str]) -> Result<bool> {
        let mut command = self.command(program);
        command.args(arguments);
        Ok(command::output(&mut command)?.status.success())
    }

    /// Starts a program in the background; its output goes to a log file of the host.
    pub fn start_daemon(
        &self,
        program: impl AsRef<std::ffi::OsStr>,
        arguments: &[&str],
        log: &str,
    ) -> Result<()> {
        let mut shell = self.command("sh");
        shell.args(["-c", r#"log=$1; shift; exec setsid --fork "$@" >>"$log" 2>&1"#, "daemon", log]);
        command::run(shell.arg(program).args(arguments))
    }

    /// The text of a file, if it is there.
    pub fn read(&self, inside: &str) -> Result<Option<String>> {
        match fs::read_to_string(self.path(inside)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, inside: &str, text: &str) -> Result<()> {
        let path = self.path(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(fs::write(&path, text)?)
    }

    /// Removes a file or link.
    pub fn remove(&self, inside: &str) -> Result<()> {
        Ok(fs::remove_file(self.path(inside))?)
    }

    /// Whether the path exists, also as a dangling link.
    pub fn exists(&self, inside: &str) -> bool {
        self.path(inside).symlink_metadata().is_ok()
    }

    /// The processes whose command line contains a text, by their numbers on this host.
    pub fn processes(&self, text: &str) -> Result<Vec<String>> {
        let proc = self.path("/proc");
        let mut found = Vec::new();
        for entry in fs::read_dir(&proc)? {
            let entry = entry?;
            let number = entry.file_name().to_string_lossy().into_owned();
            // A process may have ended since the folder was listed.
            let Ok(line) = fs::read(entry.path().join("cmdline")) else { continue };
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            if number.bytes().all(|byte| byte.is_ascii_digit()) && number != "1" && line.contains(text) {
                found.push(number);
            }
        }
        Ok(found)
    }

    /// Sends a signal, by its name, to the processes whose command line contains a text.
    pub fn signal(&self, signal: &str, text: &str) -> Result<()> {
        for process in self.processes(text)? {
            // It may have ended by itself in the meantime.
            self.succeeds("kill", &["-s", signal, &process])?;
        }
        Ok(())
    }

    /// Kills the processes whose command line contains a text, and waits until they have ended.
    pub fn kill(&self, text: &str) -> Result<()> {
        let what = format!("the end of {text} on {}", self.name);
        wait::until(&what, Duration::from_secs(20), || {
            self.signal("KILL", text)?;
            Ok(if self.processes(text)?.is_empty() { Ok(()) } else { Err("it still runs".to_owned()) })
        })
    }

    /// The last lines of a file.
    pub fn tail(&self, inside: &str, lines: usize) -> Option<String> {
        let text = fs::read(self.path(inside)).ok()?;
        let text = String::from_utf8_lossy(&text);
        let all: Vec<&str> = text.lines().collect();
        Some(all.get(all.len().saturating_sub(lines)..)?.join("\n"))
    }
}
