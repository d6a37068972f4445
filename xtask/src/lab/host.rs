//! A host of the lab: a root of its own over this machine's, with its own processes.
//!
//! An overlay on a tmpfs takes every write, so this machine stays untouched; a PID namespace ends every process of the
//! host with its first one; a network namespace that all hosts of a lab share keeps labs apart. The first process of
//! a host waits for the end of a pipe that the lab holds: whatever ends the lab, be it a signal, ends the hosts.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::error::{LabError, at};
use super::wait;
use crate::command;

/// How long a program on a host may take, in seconds: more than the module's own limit.
const LIMIT: &str = "300";

/// What the file system of a host holds at most, in memory.
const DISK_SIZE: &str = "512m";

/// Makes a host's root below `$1`, with `$2` of this machine and the mark `$3` in it, and becomes its first process.
///
/// It prints its process number only when that root is its own, since whoever knows the number writes through it.
/// `/var/run` becomes a relative link: an absolute one leads from outside to this machine's own.
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

/// A file that is in the root of every host, and not in this machine's.
const MARK: &str = "/lab-host";

/// Makes a network namespace with nothing but a loopback device, and lives as long as the first process of a host.
const MAKE_NETWORK: &str = r#"
set -e
ip link set lo up
echo "$$"
exec "$1" "$2"
"#;

/// The first process of a host or network, and what keeps it.
struct Namespace {
    pid: u32,
    /// Its process, with the pipe at whose end it ends, unless the lab is to stay up.
    child: Option<Child>,
}

impl Namespace {
    /// Starts the script that makes it; the script prints its process number when everything is in place.
    fn start(name: &str, mut maker: Command, keep: bool) -> Result<Self, LabError> {
        maker.args(if keep { ["sleep", "infinity"] } else { ["cat", "-"] });
        maker.stdin(if keep { Stdio::null() } else { Stdio::piped() });
        Self::await_start(name, maker, keep)
    }

    fn await_start(name: &str, mut maker: Command, keep: bool) -> Result<Self, LabError> {
        maker.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = maker.spawn().map_err(at(Path::new("unshare")))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(at(Path::new("unshare")))?;
        }
        let Ok(pid) = line.trim().parse() else {
            let mut said = String::new();
            if let Some(mut stderr) = child.stderr.take() {
                stderr.read_to_string(&mut said).map_err(at(Path::new("unshare")))?;
            }
            return Err(LabError::Host { host: name.to_owned(), said: said.trim().to_owned() });
        };
        Ok(Self { pid, child: (!keep).then_some(child) })
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            match child.stdin.take() {
                // Its end is the pipe's end; waiting for it also means that its mounts are gone.
                Some(pipe) => drop(pipe),
                // A first process without a pipe is killed with the program that started it; that this one may be gone
                // already is no harm.
                None => drop(child.kill()),
            }
            let _ = child.wait();
        }
    }
}

/// The network that the hosts of one lab share: a loopback device, so every host takes addresses of 127.0.0.0/8.
pub struct Network(Namespace);

impl Network {
    /// Makes the network; with `keep` it outlives the lab.
    pub fn start(keep: bool) -> Result<Self, LabError> {
        let mut unshare = Command::new("unshare");
        unshare.args(["--net", "--", "sh", "-c", MAKE_NETWORK, "network"]);
        Namespace::start("network", unshare, keep).map(Self)
    }
}

/// A host with its own file system and processes.
pub struct Host {
    name: String,
    namespace: Namespace,
}

impl Host {
    /// Makes a host in a network; with `keep` it outlives the lab.
    pub fn start(name: &str, network: &Network, keep: bool) -> Result<Self, LabError> {
        Self::make(name, network, keep, |maker| Namespace::start(name, maker, keep))
    }

    /// Makes a host whose first process is what a shell script becomes: its init; with `keep` it outlives the lab.
    pub fn boot(name: &str, network: &Network, script: &str, keep: bool) -> Result<Self, LabError> {
        Self::make(name, network, keep, |mut maker| {
            maker.args(["sh", "-c", script]).stdin(Stdio::null());
            Namespace::await_start(name, maker, keep)
        })
    }

    fn make(
        name: &str,
        network: &Network,
        keep: bool,
        start: impl FnOnce(Command) -> Result<Namespace, LabError>,
    ) -> Result<Self, LabError> {
        let shared = super::directory();
        // Every host mounts its file system here, each in its own namespace.
        let mount_point = shared.join("host");
        fs::create_dir_all(&mount_point).map_err(at(&mount_point))?;
        // An init has no pipe by which it learns of the lab's end, so the kernel tells.
        let mut maker = Command::new("setpriv");
        maker.args(["--pdeathsig", if keep { "clear" } else { "KILL" }]);
        maker.arg("nsenter").arg(format!("--net=/proc/{}/ns/net", network.0.pid));
        maker.args(["unshare", "--mount", "--pid", "--cgroup", "--fork", "--kill-child"]);
        maker.args(["--propagation", "private", "--", "sh", "-c", MAKE_ROOT, "host"]);
        maker.arg(&mount_point).arg(&shared).arg(MARK).env("DISK_SIZE", DISK_SIZE);
        let host = Self { name: name.to_owned(), namespace: start(maker)? };
        // Everything that follows writes to this root; it must not be this machine's.
        if host.exists(MARK) && !Path::new(MARK).exists() {
            Ok(host)
        } else {
            Err(LabError::Host { host: host.name.clone(), said: "it has no root of its own".to_owned() })
        }
    }

    /// The name by which messages speak of it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The shell command that enters it.
    pub fn how_to_enter(&self) -> String {
        format!("nsenter --target {} --mount --pid --net --root --wd bash", self.namespace.pid)
    }

    /// The shell command that ends it, when it outlives the lab.
    pub fn how_to_end(&self) -> String {
        format!("kill -9 {}", self.namespace.pid)
    }

    /// A file of this host, as seen from outside.
    pub fn path(&self, inside: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{inside}", self.namespace.pid))
    }

    /// A program on this host, with a clean environment; it is ended when it takes too long.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--target={}", self.namespace.pid));
        command.args(["--mount", "--pid", "--net", "--root", "--wd", "timeout", "--kill-after=5", LIMIT]);
        command.arg(program).stdin(Stdio::null());
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", "/root");
        command
    }

    /// Runs a program on this host and gives what it wrote to standard output; fails when it does.
    pub fn run(&self, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Result<String, LabError> {
        Ok(command::read(self.command(program).args(arguments))?)
    }

    /// Whether a program on this host ends with status 0.
    pub fn succeeds(&self, program: &str, arguments: &[&str]) -> Result<bool, LabError> {
        let mut command = self.command(program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command.status().map_err(at(Path::new(program)))?.success())
    }

    /// Starts a program that runs on by itself; what it says goes to a log file of that host.
    pub fn start_daemon(
        &self,
        program: impl AsRef<std::ffi::OsStr>,
        arguments: &[&str],
        log: &str,
    ) -> Result<(), LabError> {
        let mut shell = self.command("sh");
        shell.args(["-c", r#"log=$1; shift; exec setsid --fork "$@" >>"$log" 2>&1"#, "daemon", log]);
        command::run(shell.arg(program).args(arguments))?;
        Ok(())
    }

    /// The text of a file, if it is there.
    pub fn read(&self, inside: &str) -> Result<Option<String>, LabError> {
        let path = self.path(inside);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, inside: &str, text: &str) -> Result<(), LabError> {
        let path = self.path(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        fs::write(&path, text).map_err(at(&path))
    }

    /// Removes a file or link.
    pub fn remove(&self, inside: &str) -> Result<(), LabError> {
        let path = self.path(inside);
        fs::remove_file(&path).map_err(at(&path))
    }

    /// Whether something, be it a dangling link, has this name.
    pub fn exists(&self, inside: &str) -> bool {
        self.path(inside).symlink_metadata().is_ok()
    }

    /// The processes whose command line contains a text, by their numbers on this host.
    pub fn processes(&self, text: &str) -> Result<Vec<String>, LabError> {
        let proc = self.path("/proc");
        let mut found = Vec::new();
        for entry in fs::read_dir(&proc).map_err(at(&proc))? {
            let entry = entry.map_err(at(&proc))?;
            let number = entry.file_name().to_string_lossy().into_owned();
            // A process may end while it is looked at.
            let Ok(line) = fs::read(entry.path().join("cmdline")) else { continue };
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            if number.bytes().all(|byte| byte.is_ascii_digit()) && number != "1" && line.contains(text) {
                found.push(number);
            }
        }
        Ok(found)
    }

    /// Sends a signal, by its name, to the processes whose command line contains a text.
    pub fn signal(&self, signal: &str, text: &str) -> Result<(), LabError> {
        for process in self.processes(text)? {
            // It may have ended by itself in the meantime.
            self.succeeds("kill", &["-s", signal, &process])?;
        }
        Ok(())
    }

    /// Ends the processes whose command line contains a text, at once, and waits until they are gone.
    pub fn kill(&self, text: &str) -> Result<(), LabError> {
        let what = format!("the end of {text} on {}", self.name);
        wait::until(&what, Duration::from_secs(20), || {
            self.signal("KILL", text)?;
            Ok(if self.processes(text)?.is_empty() { Ok(()) } else { Err("it still runs".to_owned()) })
        })
    }

    /// The last lines of a file, for a report of what went wrong.
    pub fn tail(&self, inside: &str, lines: usize) -> Option<String> {
        let text = fs::read(self.path(inside)).ok()?;
        let text = String::from_utf8_lossy(&text);
        let all: Vec<&str> = text.lines().collect();
        Some(all.get(all.len().saturating_sub(lines)..)?.join("\n"))
    }
}
