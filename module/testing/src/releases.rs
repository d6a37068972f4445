//! Releases of the routing engines besides the machine's own: those of other Debian suites, each unpacked below `target/`.
//!
//! [`prepare`] brings them, `cargo xtask setup` calls it, and tests ask for [`of`] an engine. Three environment variables
//! choose, and are read here only: `SUITES` (`sid`, or several with blanks between) instead of those that gate, `BGPD` (a
//! path) instead of every other bgpd, and `OFFLINE`, with which a release that is not there is skipped, and named, instead
//! of failing the test.

mod apt;
mod error;
mod machine;
mod root;
mod rpm;
mod suite;
mod unpacked;
mod version;

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::installed::{python_environment, target};
pub use error::ReleaseError;
pub use rpm::{Rpm, bring_rpm, rpms};
pub use suite::{Engine, Suite};

/// One release of an engine, on this machine.
#[derive(Debug, Clone)]
pub struct Release {
    /// What the program says of itself.
    pub version: String,
    /// The program, to be started like any other.
    pub program: PathBuf,
    engine: Engine,
    origin: String,
}

impl Release {
    /// Asks a program of this engine for its version.
    fn at(engine: Engine, program: PathBuf, origin: &dyn fmt::Display) -> Result<Self, ReleaseError> {
        let version = version::of(engine, &program)?;
        Ok(Self { version, program, engine, origin: origin.to_string() })
    }

    /// The release that a suite has, if it is of the line that is expected of it.
    fn in_suite(target: &Path, suite: Suite, engine: Engine) -> Result<Self, ReleaseError> {
        let program = suite.program(target, engine);
        if !program.exists() {
            return Err(ReleaseError::Missing { suite, program });
        }
        let release = Self::at(engine, program, &suite)?;
        match suite.line(engine) {
            Some(line) if !release.is_of_line(line) => {
                Err(ReleaseError::Line { suite, engine, expected: line, found: release.version })
            }
            _ => Ok(release),
        }
    }

    /// Whether it is a release of this line: `7.5` has 7.5 and 7.5.1.
    pub fn is_of_line(&self, line: &str) -> bool {
        let rest = self.version.strip_prefix(line);
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
    }

    /// The first number of its version.
    pub fn major(&self) -> u32 {
        self.version.split('.').next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.engine.name(), self.version, self.origin)
    }
}

/// What [`prepare`] leaves.
#[derive(Debug)]
pub struct Prepared {
    /// What can be started.
    pub releases: Vec<Release>,
    /// What could not be had, and why.
    pub missing: Vec<ReleaseError>,
}

/// Brings the engines of these suites below `target`, Cargo's target directory, as far as they are not there: packages
/// come from the archive that this machine has configured, with their signatures checked. Nothing is fetched for the suite
/// that the machine runs itself, and with `offline` nothing at all; a suite that moves is fetched every time otherwise.
///
/// The exact versions of a suite are written to `lab/suites/SUITE.versions`, a line for each release; all packages of one
/// that was unpacked are listed in `lab/suites/SUITE/packages`.
///
/// # Errors
/// When nothing can be written below `target`. What cannot be had is in [`Prepared::missing`].
pub fn prepare(target: &Path, suites: &[Suite], offline: bool) -> Result<Prepared, ReleaseError> {
    let absolute = std::path::absolute(target);
    let target = &absolute.map_err(|cause| ReleaseError::File { path: target.to_owned(), cause })?;
    let mut prepared = Prepared { releases: Vec::new(), missing: Vec::new() };
    for suite in suites.iter().copied() {
        if !offline
            && !suite.is_own()
            && let Err(error) = root::bring(suite, &suite.directory(target), &root::ENGINES)
        {
            prepared.missing.push(error);
            continue;
        }
        let mut listing = String::new();
        for engine in Engine::ALL {
            match Release::in_suite(target, suite, engine) {
                Ok(release) => {
                    listing += &format!("{release}\n");
                    prepared.releases.push(release);
                }
                Err(error) => prepared.missing.push(error),
            }
        }
        machine::write(&target.join("lab/suites"), &format!("{}.versions", suite.name()), &listing)?;
    }
    Ok(prepared)
}

/// Fills this directory with the files of systemd 247, unless it is there, as [`prepare`] brings the engines.
///
/// # Errors
/// When it cannot be had, or nothing can be written there.
pub fn prepare_systemd(directory: &Path) -> Result<(), ReleaseError> {
    unpacked::SYSTEMD.bring(directory)
}

/// Fills this directory with the files of node_exporter and Prometheus, unless it is there, as [`prepare`] brings the engines.
///
/// # Errors
/// When they cannot be had, or nothing can be written there.
pub fn prepare_monitoring(directory: &Path) -> Result<(), ReleaseError> {
    unpacked::MONITORING.bring(directory)
}

/// The releases of an engine on which tests are to pass; see the module about what chooses them.
///
/// # Panics
/// When one is not there, or is of another line than it should be. With `OFFLINE` the former is said and left out.
pub fn of(engine: Engine) -> Vec<Release> {
    // To ask each of them takes a second.
    static FOUND: Mutex<Vec<(Engine, Vec<Release>)>> = Mutex::new(Vec::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, releases)) = found.iter().find(|(known, _)| *known == engine) {
        return releases.clone();
    }
    let releases = find(engine);
    found.push((engine, releases.clone()));
    releases
}

fn find(engine: Engine) -> Vec<Release> {
    if engine == Engine::Bgpd
        && let Some(path) = env::var_os("BGPD")
    {
        return vec![Release::at(engine, path.into(), &"BGPD").unwrap_or_else(|error| panic!("{error}"))];
    }
    let in_suite = |suite| had(Release::in_suite(&target(), suite, engine));
    let mut releases: Vec<Release> = chosen_suites().into_iter().filter_map(in_suite).collect();
    if engine == Engine::ExaBgp && env::var_os("SUITES").is_none() {
        // Debian's stable suites have no ExaBGP 5.
        let newest = python_environment("exabgp").join("bin/exabgp");
        releases.extend(had(Release::at(engine, newest, &"PyPI")));
    }
    releases
}

fn had(release: Result<Release, ReleaseError>) -> Option<Release> {
    match release {
        Ok(release) => Some(release),
        Err(error @ ReleaseError::Missing { .. }) if env::var_os("OFFLINE").is_some() => {
            println!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn chosen_suites() -> Vec<Suite> {
    let Ok(names) = env::var("SUITES") else { return Suite::GATING.to_vec() };
    let named = |name| Suite::named(name).unwrap_or_else(|| panic!("SUITES: no suite is named {name:?}"));
    names.split_whitespace().map(named).collect()
}
