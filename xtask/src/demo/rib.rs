//! A small RIB behind a Unix socket, with as much of bgpd's VTY protocol as the module uses.
//!
//! The demonstration runs with it on machines without a routing engine. The module's own tests run a real bgpd.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;

use bgpcs::Community;
use serde_json::{Value, json};

/// A prefix, as text, and the communities it carries.
type Route = (String, Vec<Community>);

/// Parses a file of routes: a prefix and its communities per line; lines that start with `#` are comments.
pub fn parse(text: &str) -> Result<Vec<Route>, bgpcs::CommunityError> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut routes = Vec::new();
    for line in lines {
        let mut words = line.split_whitespace();
        if let Some(prefix) = words.next() {
            routes.push((prefix.to_owned(), words.map(str::parse).collect::<Result<_, _>>()?));
        }
    }
    Ok(routes)
}

/// Answers on a socket at `path` in a thread, until the process ends.
pub fn serve(path: &Path, routes: Vec<Route>) -> io::Result<()> {
    let listener = UnixListener::bind(path)?;
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A client that closes its connection during an answer ends only this connection.
            let _ = serve_client(&connection, &routes);
        }
    });
    Ok(())
}

fn serve_client(mut connection: &UnixStream, routes: &[Route]) -> io::Result<()> {
    for command in BufReader::new(connection).split(0) {
        let (text, status) = answer(&String::from_utf8_lossy(&command?), routes);
        connection.write_all(text.as_bytes())?;
        connection.write_all(&[0, 0, 0, status])?;
    }
    Ok(())
}

/// The text and the status of bgpd's answer: status 0 for a reply, 2 for an unknown command.
fn answer(command: &str, routes: &[Route]) -> (String, u8) {
    let words: Vec<&str> = command.split_whitespace().collect();
    let reply = match words[..] {
        ["show", "bgp", family, "unicast", "community" | "large-community", community, "json"] => {
            routes_with(family, community, routes)
        }
        _ => None,
    };
    match reply {
        Some(reply) => (format!("{reply:#}\n"), 0),
        None => (format!("% [BGP] Unknown command: {command}\n"), 2),
    }
}

fn routes_with(family: &str, community: &str, routes: &[Route]) -> Option<Value> {
    let of_family = |prefix: &str| match family {
        "ipv4" => Some(!prefix.contains(':')),
        "ipv6" => Some(prefix.contains(':')),
        _ => None,
    };
    let community: Community = community.parse().ok()?;
    let mut found = serde_json::Map::new();
    for (prefix, communities) in routes {
        if of_family(prefix)? && communities.contains(&community) {
            found.insert(prefix.clone(), json!([{"valid": true, "bestpath": true, "peerId": "192.0.2.1"}]));
        }
    }
    Some(json!({"vrfId": 0, "vrfName": "default", "tableVersion": routes.len(), "routes": found}))
}
