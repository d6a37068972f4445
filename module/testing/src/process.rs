//! Programs that a test starts, and what tests of one process share.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process, kill_process_group};
use wait4::Wait4 as _;

/// Waits until `holds` does, for as long as a loaded machine may need, some retries of a daemon among it.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(180);
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// A process with all its children, ended with this value.
pub struct Process(Child);

impl Process {
    /// Starts a program that the tests need, silent and in a process group of its own.
    pub fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn();
        Self(child.unwrap_or_else(|error| {
            panic!("cannot start {}: {error}; run: cargo xtask setup", program.display())
        }))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

/// How a command ended, and what it used.
pub struct Used {
    /// Its exit status.
    pub status: ExitStatus,
    /// Processor time, in seconds.
    pub processor_seconds: f64,
    /// Resident memory at most, in bytes.
    pub peak_bytes: u64,
}

/// Runs a command to its end.
///
/// The peak is read while it runs. What the system reports at its end may be that of the program that started it, which
/// counts until `exec` (`getrusage(2)`, `ru_maxrss`); it is taken, as the most that the peak can be, where a busy machine let
/// the command end before anything was read.
pub fn used_by(command: &mut Command) -> Used {
    let mut child = command.spawn().unwrap();
    let (id, over) = (child.id(), AtomicBool::new(false));
    let (ended, peak) = thread::scope(|scope| {
        let peak = scope.spawn(|| {
            let mut peak = 0;
            while !over.load(Ordering::Relaxed) {
                peak = peak_of(id).unwrap_or_default().max(peak);
                sleep(Duration::from_millis(1));
            }
            peak
        });
        let ended = child.wait4();
        over.store(true, Ordering::Relaxed);
        (ended.unwrap(), peak.join().unwrap())
    });
    let usage = ended.rusage;
    Used {
        status: ended.status,
        processor_seconds: (usage.utime + usage.stime).as_secs_f64(),
        peak_bytes: if peak == 0 { usage.maxrss } else { peak },
    }
}

/// The peak of a running program so far, in bytes; none if it has ended.
pub fn peak_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}

/// Sends a signal to a process that the test started.
pub fn signal(which: Signal, process: u32) {
    let id = Pid::from_raw(process.cast_signed()).unwrap();
    kill_process(id, which).unwrap_or_else(|error| panic!("cannot send {which:?} to {process}: {error}"));
}

impl Drop for Process {
    fn drop(&mut self) {
        // A test that fails because its daemon crashed says so.
        if thread::panicking()
            && let Ok(Some(status)) = self.0.try_wait()
        {
            eprintln!("process {} had ended before: {status}", self.0.id());
        }
        kill_process_group(Pid::from_child(&self.0), Signal::KILL).ok();
        self.0.wait().ok();
    }
}

/// A port of 127.0.0.1 on which nobody listens, for a daemon that cannot choose one itself.
///
/// No two tests get the same one, and no connection does, as those have the ports from 32768 on (`ip(7)`,
/// `ip_local_port_range`).
pub fn free_port() -> u16 {
    const FIRST: u32 = 16_384;
    const COUNT: u32 = 16_384;
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    loop {
        // Test programs that run at the same time begin at different places.
        let place = std::process::id() * 61 + GIVEN.fetch_add(1, Ordering::Relaxed);
        let port = u16::try_from(FIRST + place % COUNT).unwrap();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Does the work of a test in a process of its own, for it measures or changes what all threads of a process share: the
/// memory that was used at most, or the current directory. `test` is the test's name, with its modules'.
pub fn alone(test: &str, work: impl FnOnce()) {
    alone_by(Command::new(std::env::current_exe().unwrap()), test, work);
}

/// Does the same in a network of its own, where every port is free and only loopback is there. Without root there is no such
/// network, and the test says that it is skipped.
pub fn alone_in_own_network(test: &str, work: impl FnOnce()) {
    if !rustix::process::geteuid().is_root() {
        println!("{test}: skipped, since only root can make a network and processes of other users");
        return;
    }
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", "ip link set lo up && exec \"$0\" \"$@\""]);
    command.arg(std::env::current_exe().unwrap());
    alone_by(command, test, work);
}

fn alone_by(mut command: Command, test: &str, work: impl FnOnce()) {
    const MARK: &str = "BGPCS_TEST_IS_ALONE";
    if std::env::var_os(MARK).is_some() {
        return work();
    }
    let output = command.args([test, "--exact", "--nocapture"]).env(MARK, "").output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success() && stdout.contains("1 passed"), "{test}, alone:\n{stdout}{stderr}");
}
