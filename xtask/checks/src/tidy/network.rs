//! Which files open sockets.

use super::meaning::{self, Meaning};
use super::modules::Modules;

/// What opens a socket, by its full path.
const SOCKETS: &[&str] = &[
    "rustix::net",
    "socket2",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::os::unix::net::UnixDatagram",
    "std::os::unix::net::UnixListener",
    "std::os::unix::net::UnixStream",
    "ureq::Agent",
    "ureq::agent",
    "ureq::get",
    "ureq::unversioned",
];

/// The places outside the allowed ones that name a socket; `allowed` are starts of paths in the workspace.
pub fn sockets(modules: &Modules, allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, module) in modules.all.iter().enumerate() {
        if allowed.iter().any(|start| module.file.starts_with(start)) {
            continue;
        }
        for mention in &module.paths.mentions {
            let Meaning::Foreign(path) = meaning::resolve(modules, index, &mention.path) else { continue };
            if let Some(socket) = SOCKETS.iter().find(|socket| names(&path, mention.kind.is_glob(), socket)) {
                let rule = match allowed {
                    [] => "nothing in this crate may".to_owned(),
                    allowed => format!("only {} may", allowed.join(" and ")),
                };
                found.push(format!("{}:{}: opens a socket by {socket}; {rule}", module.file, mention.line));
            }
        }
    }
    found
}

/// Whether a path is a socket or below it, or imports it together with everything else in its module.
fn names(path: &[String], is_glob: bool, socket: &str) -> bool {
    let socket: Vec<&str> = socket.split("::").collect();
    let same = path.iter().zip(&socket).all(|(name, expected)| name == expected);
    same && (path.len() >= socket.len() || is_glob)
}
