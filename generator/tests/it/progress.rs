//! Progress is for whoever looks at a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Stdio};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::conductor::Conductor;

const FIRST: &str = "config authority bgp-community-services-profile P application a bgp-community 1:1\n";
const REST: &str = "config authority router r bgp-community-services-profile P\n";

/// A terminal, seen from its two sides.
fn terminal() -> (File, File) {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap();
    let line = open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
    (screen.into(), line.into())
}

/// A run that has a part of its configuration and waits for the rest.
fn begin(conductor: &Conductor, standard_error: Stdio) -> Child {
    let mut command = conductor.command();
    command.args(["--config", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(standard_error);
    let mut run = command.spawn().unwrap();
    run.stdin.as_mut().unwrap().write_all(FIRST.as_bytes()).unwrap();
    run
}

fn end(mut run: Child) -> String {
    run.stdin.take().unwrap().write_all(REST.as_bytes()).unwrap();
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn is_shown_on_a_terminal_alone_and_leaves_nothing_there() {
    let (mut screen, line) = terminal();
    let [seen, piped] = [Conductor::new(), Conductor::new()];
    // It takes as long as the other one, which is seen to show its progress.
    let not_seen = begin(&piped, Stdio::piped());
    let run = begin(&seen, Stdio::from(line));
    let mut shown = String::new();
    let mut read = |shown: &mut String| {
        let mut buffer = [0; 1024];
        // EIO says that nobody has the terminal any more.
        let length = screen.read(&mut buffer).unwrap_or(0);
        *shown += std::str::from_utf8(&buffer[..length]).unwrap();
        length > 0
    };
    while !shown.contains("configuration, 0.0 MB read, 1 s") {
        assert!(read(&mut shown), "{shown}");
    }
    end(run);
    while read(&mut shown) {}
    let (progress, rest) = shown.rsplit_once("\r\u{1b}[K").unwrap();
    assert!(progress.starts_with("\r\u{1b}[Kgenerate_pillar: configuration"), "{shown:?}");
    let messages = end(not_seen);
    assert_eq!(rest.replace("\r\n", "\n"), messages);
    assert!(messages.starts_with("generate_pillar: error mode-module-missing: router r: "), "{messages}");
}
