//! `cargo xtask serve`: the repositories over HTTP, as a conductor hosts them for its routers.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, CommandError};
use crate::dist;

/// Serves a directory until interrupted. Python's own server is at hand wherever dnf is.
pub fn run(directory: Option<PathBuf>, listen: SocketAddr) -> Result<(), CommandError> {
    let directory = directory.unwrap_or_else(|| dist::Settings::default().out.join(dist::REPOSITORY));
    println!("baseurl=http://{listen}/el9/  ({})", directory.display());
    let mut python = Command::new("python3");
    python
        .args(["-m", "http.server", "--bind"])
        .arg(listen.ip().to_string())
        .arg("--directory")
        .arg(directory);
    command::run(python.arg(listen.port().to_string()))
}
