//! Servers that misbehave on purpose, in ways that a real routing engine can be brought to only by breaking it.

use std::io::{self, BufWriter, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// What makes a reply of a request.
type Make = Arc<dyn Fn(&str) -> Vec<u8> + Send + Sync>;

/// What writes a reply to a request, piece by piece.
type Tell = Arc<dyn Fn(&str, &mut dyn Write) -> io::Result<()> + Send + Sync>;

/// What a server does with a request.
#[derive(Clone)]
pub enum Answer {
    /// Sends these bytes; a connection to bgpd stays open after them, one of HTTP ends.
    Bytes(Vec<u8>),
    /// Sends these bytes and ends the connection.
    ThenClose(Vec<u8>),
    /// Sends what the function makes of the request.
    Made(Make),
    /// Sends what the function writes, of which no more than a little is in memory at once.
    Written(Tell),
    /// Sends the first, then the second so many times, then the third, and ends the connection.
    Long(Vec<u8>, Vec<u8>, usize, Vec<u8>),
    /// Sends these bytes one by one.
    Split(Vec<u8>),
    /// Sends these bytes and then nothing.
    ThenSilence(Vec<u8>),
    /// Sends the first, and then the second for as long as somebody reads.
    Endless(Vec<u8>, Vec<u8>),
    /// The same, with a pause before each piece.
    Drip(Vec<u8>, Vec<u8>),
}

/// Serves `answer` to every request that ends with `end`, for as long as the program runs.
fn serve<S: Read + Write + Send + 'static>(
    connections: impl Iterator<Item = S> + Send + 'static,
    end: &'static [u8],
    answer: Answer,
) {
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for mut connection in connections {
            let answer = Arc::clone(&answer);
            thread::spawn(move || {
                while let Some(request) = take_request(&mut connection, end) {
                    if !give(&mut connection, &answer, &request) {
                        break;
                    }
                }
            });
        }
    });
}

fn take_request(connection: &mut impl Read, end: &[u8]) -> Option<String> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(end) {
        connection.read_exact(&mut byte).ok()?;
        request.push(byte[0]);
    }
    request.truncate(request.len() - end.len());
    String::from_utf8(request).ok()
}

/// Whether the connection stays open.
fn give(connection: &mut impl Write, answer: &Answer, request: &str) -> bool {
    match answer {
        Answer::Bytes(bytes) => connection.write_all(bytes).is_ok(),
        Answer::ThenClose(bytes) => {
            connection.write_all(bytes).ok();
            false
        }
        Answer::Made(make) => connection.write_all(&make(request)).is_ok(),
        Answer::Written(tell) => {
            let mut connection = BufWriter::new(connection);
            tell(request, &mut connection).and_then(|()| connection.flush()).is_ok()
        }
        Answer::Long(start, piece, times, end) => {
            let pieces = piece.repeat(1 + 65536 / piece.len());
            let mut left = times * piece.len();
            let mut open = connection.write_all(start).is_ok();
            while open && left > 0 {
                let length = left.min(pieces.len());
                open = connection.write_all(&pieces[..length]).is_ok();
                left -= length;
            }
            if open {
                connection.write_all(end).ok();
            }
            false
        }
        Answer::Split(bytes) => bytes.iter().all(|byte| {
            thread::yield_now();
            connection.write_all(&[*byte]).is_ok()
        }),
        Answer::ThenSilence(bytes) => {
            connection.write_all(bytes).ok();
            loop {
                thread::park();
            }
        }
        Answer::Endless(start, more) => {
            let mut open = connection.write_all(start).is_ok();
            while open {
                open = connection.write_all(more).is_ok();
            }
            false
        }
        Answer::Drip(start, more) => {
            let mut open = connection.write_all(start).is_ok();
            while open {
                thread::sleep(Duration::from_millis(20));
                open = connection.write_all(more).is_ok();
            }
            false
        }
    }
}

/// A reply in a daemon's protocol: text, three NULs, and the status.
pub fn vty_reply(status: u8, text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0, 0, 0, status]].concat()
}

/// A daemon's VTY socket at `path`.
pub fn vty(path: &Path, answer: Answer) {
    let listener = UnixListener::bind(path).unwrap();
    serve(std::iter::from_fn(move || Some(listener.accept().unwrap().0)), b"\0", answer);
}

/// An HTTP server on a free port; the URL under which it is asked.
pub fn http(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    serve(std::iter::from_fn(move || Some(listener.accept().unwrap().0)), b"\r\n\r\n", answer);
    format!("http://{address}/bgp/{{family}}/{{community}}")
}

/// An HTTP server on a Unix socket at `path`.
pub fn http_at(path: &Path, answer: Answer) {
    let listener = UnixListener::bind(path).unwrap();
    serve(std::iter::from_fn(move || Some(listener.accept().unwrap().0)), b"\r\n\r\n", answer);
}
