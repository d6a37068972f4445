//! `cargo xtask serve`: the repositories over HTTP, as a conductor serves them to its routers.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Error, Result};

use crate::dist;

/// Serves a directory until interrupted, with Python's own server: every machine with dnf has Python. The server takes the
/// place of this program, so that whatever ends the task ends it.
pub fn run(directory: Option<PathBuf>, listen: SocketAddr) -> Result<()> {
    let directory = directory.unwrap_or_else(|| dist::default_out().join(dist::repository::REPOSITORY));
    println!("baseurl=http://{listen}/el9/  ({})", directory.display());
    let mut python = Command::new("python3");
    python.args(["-m", "http.server", "--bind"]).arg(listen.ip().to_string());
    let error = python.arg("--directory").arg(directory).arg(listen.port().to_string()).exec();
    Err(Error::new(error).context("cannot start python3; `cargo xtask setup` installs it"))
}
