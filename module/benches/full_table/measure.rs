//! What a command costs itself and bgpd.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bgpcs_testing::{Bgpd, Used, used_by};

/// In seconds, and bytes.
#[derive(Debug)]
pub struct Cost {
    /// Processor time of bgpd's main thread.
    pub bgpd: f64,
    /// Processor time of the command.
    pub ours: f64,
    /// Resident memory of the command.
    pub peak_bytes: u64,
    pub duration: f64,
}

/// Runs a command, which has to succeed.
pub fn cost_of(bgpd: &Bgpd, mut command: Command) -> Cost {
    let (status, cost) = run_beside(bgpd, &mut command);
    assert!(status.success(), "{command:?}");
    cost
}

/// Runs a command whose exit status says how the module is; 3 would say that it cannot tell.
pub fn cost_of_any(bgpd: &Bgpd, command: &mut Command) -> Cost {
    let (status, cost) = run_beside(bgpd, command);
    assert!(matches!(status.code(), Some(0..=2)), "{command:?}: {status}");
    cost
}

fn run_beside(bgpd: &Bgpd, command: &mut Command) -> (ExitStatus, Cost) {
    thread::sleep(Duration::from_secs(1));
    let before = bgpd.processor_seconds();
    let (Used { status, processor_seconds: ours, peak_bytes }, duration) = run(command);
    (status, Cost { bgpd: bgpd.processor_seconds() - before, ours, peak_bytes, duration })
}

/// What a command used, and its duration in seconds.
fn run(command: &mut Command) -> (Used, f64) {
    let began = Instant::now();
    let used = used_by(command.stdin(Stdio::null()));
    (used, began.elapsed().as_secs_f64())
}

/// How often is measured what a busy machine would make more of than there is.
pub const RUNS: u32 = 5;

/// The value whose figure is in the middle.
pub fn median<T>(mut values: Vec<T>, figure: impl Fn(&T) -> f64) -> T {
    values.sort_by(|one, another| figure(one).total_cmp(&figure(another)));
    values.swap_remove(values.len() / 2)
}

/// The longest time in seconds for which bgpd is blocked while a command runs: a client sends it a query that costs
/// nothing, over and over.
pub fn blocked_by(bgpd: &Bgpd, mut command: Command) -> f64 {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let probe = scope.spawn(|| {
            let mut stream = UnixStream::connect(bgpd.socket()).unwrap();
            let mut longest = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                let asked = Instant::now();
                stream.write_all(b"show bgp views\0").unwrap();
                let mut last = [1; 4];
                while last[..3] != [0, 0, 0] {
                    last.rotate_left(1);
                    stream.read_exact(&mut last[3..]).unwrap();
                }
                longest = longest.max(asked.elapsed());
                thread::sleep(Duration::from_millis(1));
            }
            longest
        });
        let (used, _) = run(&mut command);
        assert!(used.status.success(), "{command:?}");
        over.store(true, Ordering::Relaxed);
        probe.join().unwrap().as_secs_f64()
    })
}
