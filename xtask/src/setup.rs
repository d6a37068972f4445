//! `cargo xtask setup`: brings what the tests and the lab run besides Rust.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{self, CommandError};
use crate::workspace;

/// Debian's packages: the routing engine and its peer, a browser, and what builds, checks and installs packages and models.
const DEBIAN_PACKAGES: &[(&str, &str)] = &[
    ("chromium", "/usr/bin/chromium"),
    ("chromium-driver", "/usr/bin/chromedriver"),
    ("frr", "/usr/lib/frr/bgpd"),
    ("exabgp", "/usr/sbin/exabgp"),
    ("gobgpd", "/usr/bin/gobgpd"),
    ("rpm", "/usr/bin/rpm"),
    ("rpmlint", "/usr/bin/rpmlint"),
    ("dnf", "/usr/bin/dnf"),
    ("createrepo-c", "/usr/bin/createrepo_c"),
    ("libyang-tools", "/usr/bin/yanglint"),
    ("git", "/usr/bin/git"),
    ("gnupg", "/usr/bin/gpg"),
    ("binutils", "/usr/bin/readelf"),
    ("python3", "/usr/bin/python3"),
    ("systemd", "/usr/bin/systemd-analyze"),
    ("iproute2", "/usr/bin/ip"),
    ("procps", "/usr/bin/pkill"),
];

/// Installs what is missing: Debian's packages when root on Debian, and a Python environment with what Debian lacks.
pub fn run() -> Result<(), SetupError> {
    let mut missing: Vec<&str> = DEBIAN_PACKAGES
        .iter()
        .filter(|(_, file)| !Path::new(file).exists())
        .map(|(package, _)| *package)
        .collect();
    // Which file Debian's package brings depends on the release of Python, so Python is asked.
    if command::read(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_err() {
        missing.push("python3-venv");
    }
    if !missing.is_empty() {
        install(&missing)?;
    }
    make_python_environment("venv", "requirements.txt")?;
    // BaGPipe-BGP brings Neutron, and takes a release of ExaBGP that is not to be mistaken for the newest: each has an
    // environment of its own.
    make_python_environment("exabgp", "exabgp.txt")?;
    make_python_environment("bagpipe", "bagpipe.txt")
}

fn install(packages: &[&str]) -> Result<(), SetupError> {
    let is_root = command::read(Command::new("id").arg("-u"))?.trim() == "0";
    if !is_root || !Path::new("/etc/debian_version").exists() {
        return Err(SetupError::Missing { packages: packages.join(" ") });
    }
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq").args(arguments);
        apt
    };
    command::run(&mut apt(&["update"]))?;
    command::run(apt(&["install", "--yes", "--no-install-recommends"]).args(packages))?;
    Ok(())
}

/// Makes a Python environment, or makes it anew when what should be in it changed.
fn make_python_environment(name: &str, requirements: &str) -> Result<(), SetupError> {
    let environment = workspace::target().join("lab").join(name);
    let requirements = workspace::root().join("xtask").join(requirements);
    let wanted = fs::read_to_string(&requirements).map_err(SetupError::Requirements)?;
    let installed = environment.join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(());
    }
    command::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"]);
    command::run(pip.arg(&requirements))?;
    fs::write(&installed, wanted).map_err(SetupError::Requirements)
}

/// Tools that are not there and could not be brought.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Only root on Debian can be helped.
    #[error(
        "missing here: {packages} (names of Debian's packages); install them, or run this as root on Debian"
    )]
    Missing {
        /// By Debian's names.
        packages: String,
    },
    /// An installer failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The list of Python packages could not be read, or the note of what was installed not written.
    #[error("the Python packages listed in xtask: {0}")]
    Requirements(std::io::Error),
}
