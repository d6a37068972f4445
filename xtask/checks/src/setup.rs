//! `cargo xtask setup`: installs what the tests and the lab need besides Rust.

mod before;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use bgpcs_testing::releases::{self, Suite};
use fs_err as fs;
use task::parallel::{self, Job};
use task::progress::Verbosity;
use task::{command, workspace};
use xtask::dist::checksum::SUMS;

use crate::matrix;

/// Debian packages and a file of each: routing engines, a browser, and tools for packages and YANG models.
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

/// A release of Salt that routers or conductors may have, for the tests of the states.
struct SaltRelease {
    /// The name of its environment.
    name: &'static str,
    /// The program of the Python that it needs.
    python: &'static str,
    /// What pip installs.
    package: &'static str,
    /// What pip installs with it.
    libraries: &'static [&'static str],
}

impl SaltRelease {
    const fn new(
        name: &'static str,
        package: &'static str,
        python: &'static str,
        libraries: &'static [&'static str],
    ) -> Self {
        Self { name, python, package, libraries }
    }
}

/// The libraries of the time, without which a release of Salt does not run.
const LIBRARIES_OF_2019: &[&str] =
    &["jinja2==2.11.3", "markupsafe==2.0.1", "msgpack==0.6.2", "tornado==4.5.3", "distro"];
const LIBRARIES_OF_2021: &[&str] = &["jinja2==3.0.3", "markupsafe==2.0.1", "msgpack==1.0.5"];

/// The releases, the oldest first.
const SALT_RELEASES: &[SaltRelease] = &[
    SaltRelease::new("2019.2", "salt==2019.2.8", "python3.6", LIBRARIES_OF_2019),
    SaltRelease::new("3000", "salt==3000.9", "python3.6", LIBRARIES_OF_2019),
    SaltRelease::new("3002", "salt==3002.9", "python3.9", LIBRARIES_OF_2021),
    SaltRelease::new("3004", "salt==3004.2", "python3.9", LIBRARIES_OF_2021),
    SaltRelease::new("3006.1", "salt==3006.1", "python3.9", &[]),
    SaltRelease::new("3008", "salt==3008.4", "python3.11", &[]),
];

/// The Python environments: their names, the lists of what is in them, and what for. BaGPipe-BGP needs Neutron and an old
/// release of ExaBGP, so it has an environment of its own, and ExaBGP too.
const PYTHON_ENVIRONMENTS: [(&str, &str, &str); 5] = [
    ("bagpipe", "bagpipe.txt", "BaGPipe-BGP"),
    ("venv", "requirements.txt", "Salt and pyang"),
    ("exabgp", "exabgp.txt", "ExaBGP 5"),
    ("cyclonedx", "cyclonedx.txt", "the schema of bills of materials"),
    ("formats", "formats.txt", "Prometheus' parsers and JSON Schema"),
];

/// How many steps run at the same time: most wait for the network, or have work for one core.
const AT_A_TIME: usize = 3;

/// Installs what is missing: Debian packages, which needs root on Debian; Python environments with what Debian has not; and,
/// unless `offline`, routing engines and package managers of other Debian suites. Builds the packages of the release before.
///
/// # Errors
/// When something cannot be had: the error names each step that failed.
pub fn run(offline: bool, verbosity: Verbosity) -> Result<()> {
    let mut jobs = local_jobs();
    jobs.extend(suites_jobs(offline, verbosity));
    let steps = verbosity.steps("setup", 1 + jobs.len());
    // The others need Python, git and more of them.
    steps.begin("Debian packages");
    install_debian_packages()?;
    parallel::run(jobs, AT_A_TIME, &steps)
}

/// What needs nothing of other Debian suites, the longest first.
fn local_jobs() -> Vec<Job<'static>> {
    let mut jobs = vec![Job::new("packages of the release before", before::build)];
    jobs.extend(PYTHON_ENVIRONMENTS.map(|(name, requirements, what)| {
        Job::new(what, move || make_python_environment(name, requirements))
    }));
    jobs.extend(SALT_RELEASES.iter().map(|release| {
        let name = format!("Salt {}, for its states", release.name);
        Job::new(name, move || make_salt_environment(release))
    }));
    jobs
}

/// What comes from other Debian suites. Each step has a state of apt of its own, so that none waits for another one.
fn suites_jobs(offline: bool, verbosity: Verbosity) -> Vec<Job<'static>> {
    let mut jobs: Vec<Job> = Suite::GATING
        .into_iter()
        .map(|suite| {
            let name = format!("routing engines of {suite}");
            Job::new(name, move || matrix::bring(&[suite], offline, verbosity))
        })
        .collect();
    if offline {
        return jobs;
    }
    jobs.extend(Suite::GATING.map(|suite| {
        let bring = move || Ok(releases::bring_rpm(&workspace::target(), &[suite])?);
        Job::new(format!("package manager of {suite}"), bring)
    }));
    jobs.push(Job::new("systemd 247", || Ok(releases::prepare_systemd(&workspace::older_systemd())?)));
    let bring = || Ok(releases::prepare_monitoring(&workspace::monitoring())?);
    jobs.push(Job::new("node_exporter and promtool", bring));
    jobs
}

/// The folder with the packages of the release before, if they are built.
pub fn packages_before() -> Option<PathBuf> {
    let directory = before::directory();
    directory.join(SUMS).exists().then_some(directory)
}

fn install_debian_packages() -> Result<()> {
    let mut missing: Vec<&str> = DEBIAN_PACKAGES
        .iter()
        .filter(|(_, file)| !Path::new(file).exists())
        .map(|(package, _)| *package)
        .collect();
    // The file of this package depends on the release of Python, so Python is asked.
    if command::read(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_err() {
        missing.push("python3-venv");
    }
    if missing.is_empty() { Ok(()) } else { install(&missing) }
}

fn install(packages: &[&str]) -> Result<()> {
    let is_root = command::read(Command::new("id").arg("-u"))?.trim() == "0";
    if !is_root || !Path::new("/etc/debian_version").exists() {
        let names = packages.join(" ");
        bail!(
            "missing here: {names} (names of Debian packages); install them, or run this as root on Debian"
        );
    }
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq").args(arguments);
        apt
    };
    command::run(&mut apt(&["update"]))?;
    command::run(apt(&["install", "--yes", "--no-install-recommends"]).args(packages))
}

/// Creates a Python environment, or rebuilds it after its list of packages has changed.
fn make_python_environment(name: &str, requirements: &str) -> Result<()> {
    let environment = workspace::lab().join(name);
    let requirements = workspace::root().join("xtask/checks/python").join(requirements);
    let wanted = fs::read_to_string(&requirements)?;
    let installed = environment.join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(());
    }
    command::read(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"]);
    command::read(pip.arg(&requirements))?;
    Ok(fs::write(&installed, wanted)?)
}

/// Creates the environment of a release of Salt where its Python is at hand; the tests say which releases did not run.
fn make_salt_environment(release: &SaltRelease) -> Result<()> {
    let environment = workspace::salt_environment(release.name);
    let installed = environment.join("installed");
    if installed.exists() {
        return Ok(());
    }
    let Some(python) = find_python(release.python) else {
        println!("Salt {} is not installed: there is no {}", release.name, release.python);
        return Ok(());
    };
    command::read(Command::new(python).args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip = |arguments: &[&str]| {
        let mut pip = Command::new(environment.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(arguments);
        command::read(&mut pip)
    };
    pip(&["setuptools<58", "wheel"])?;
    pip(&[&["--no-build-isolation", release.package], release.libraries].concat())?;
    Ok(fs::write(&installed, "")?)
}

/// The program of a Python by its name, from the search path or below pyenv.
fn find_python(name: &str) -> Option<PathBuf> {
    let runs = |program: &PathBuf| command::read(Command::new(program).arg("--version")).is_ok();
    let pyenv = std::env::var_os("PYENV_ROOT").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".pyenv"),
        PathBuf::from,
    );
    let below = fs::read_dir(pyenv.join("versions")).into_iter().flatten().flatten();
    let below = below.map(|version| version.path().join("bin").join(name));
    std::iter::once(PathBuf::from(name)).chain(below).find(runs)
}
