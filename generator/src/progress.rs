//! Progress on a terminal, for a run that takes longer than a moment.

use std::fmt;
use std::io::{self, IsTerminal, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A run that ends before says nothing.
const DELAY: Duration = Duration::from_secs(1);

const INTERVAL: Duration = Duration::from_millis(200);

/// To the start of the line, which is then cleared (ECMA-48, CR and EL).
const CLEAR: &str = "\r\u{1b}[K";

/// What a run is at.
#[derive(Debug, Clone, Copy)]
pub enum Phase {
    /// The configuration, of so many bytes, if that is known.
    Reading(Option<u64>),
    /// So many planned pillars with the files that there are.
    Comparing(usize),
    /// So many files.
    Changing(usize),
}

/// One line on standard error that says how far a run is, if that is a terminal; gone when this is dropped.
#[derive(Debug, Default)]
pub struct Progress(Option<Shown>);

#[derive(Debug)]
struct Shown {
    phases: Sender<Phase>,
    bytes: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Progress {
    /// Shows nothing before the first phase.
    pub fn begin() -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let (phases, received) = mpsc::channel();
        let bytes = Arc::new(AtomicU64::new(0));
        let thread = thread::spawn({
            let bytes = Arc::clone(&bytes);
            move || show(&received, &bytes)
        });
        Self(Some(Shown { phases, bytes, thread }))
    }

    /// What comes next.
    pub fn phase(&self, phase: Phase) {
        if let Some(Shown { phases, .. }) = &self.0 {
            // The other end is there for as long as this one.
            let _ = phases.send(phase);
        }
    }

    /// `input`, of which it is seen how much was read.
    pub fn counting<R: Read>(&self, input: R) -> impl Read + use<R> {
        Counting { input, bytes: self.0.as_ref().map(|shown| Arc::clone(&shown.bytes)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(Shown { phases, thread, .. }) = self.0.take() {
            drop(phases);
            // What follows on standard error comes after the line was cleared; a panic there concerns nobody.
            let _ = thread.join();
        }
    }
}

fn show(phases: &Receiver<Phase>, bytes: &AtomicU64) {
    let start = Instant::now();
    let mut next = start + DELAY;
    let Ok(mut phase) = phases.recv() else { return };
    // Standard error that cannot be written to any more is no reason to end the run.
    let print = |text: &str| drop(io::stderr().write_all(text.as_bytes()));
    loop {
        match phases.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok(begun) => phase = begun,
            Err(RecvTimeoutError::Timeout) => {
                let line = Line { phase, bytes: bytes.load(Ordering::Relaxed), since: start.elapsed() };
                print(&format!("{CLEAR}{line}"));
                next = Instant::now() + INTERVAL;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if start.elapsed() > DELAY {
        print(CLEAR);
    }
}

struct Line {
    phase: Phase,
    bytes: u64,
    since: Duration,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("generate_pillar: ")?;
        match self.phase {
            Phase::Reading(None) => write!(f, "configuration, {} read", Megabytes(self.bytes))?,
            Phase::Reading(Some(all)) => {
                write!(f, "configuration, {} of {} read", Megabytes(self.bytes), Megabytes(all))?;
            }
            Phase::Comparing(pillars) => write!(f, "comparing {pillars} pillars")?,
            Phase::Changing(files) => write!(f, "changing {files} files")?,
        }
        write!(f, ", {} s", self.since.as_secs())
    }
}

struct Megabytes(u64);

impl fmt::Display for Megabytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0 / 100_000;
        write!(f, "{}.{} MB", tenths / 10, tenths % 10)
    }
}

struct Counting<R> {
    input: R,
    bytes: Option<Arc<AtomicU64>>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        if let Some(bytes) = &self.bytes {
            bytes.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}
