//! A root of another suite: its packages unpacked, and for each program a script that starts it with the root's own loader
//! and libraries, which needs no `chroot` and no root's rights.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::apt;
use super::error::ReleaseError;
use super::machine::{entries, file_error, run, write};
use super::suite::Suite;

/// What a root is for.
pub(super) struct Purpose {
    /// The packages that are unpacked, with all that they need.
    pub packages: &'static [&'static str],
    /// Writes the scripts of its programs to `bin`.
    pub write_scripts: fn(Suite, &Path) -> Result<(), ReleaseError>,
}

/// The routing engines of a suite.
pub(super) const ENGINES: Purpose =
    Purpose { packages: &["frr", "exabgp", "gobgpd"], write_scripts: write_engine_scripts };

/// The package manager of a suite.
pub(super) const RPM: Purpose = Purpose { packages: &["rpm"], write_scripts: write_rpm_scripts };

/// Lists the packages of a root.
const LISTING: &str = "packages";

/// Fills the directory with `root`, `bin` and the list of packages, unless it has them and the suite stays as it is.
pub(super) fn bring(suite: Suite, directory: &Path, purpose: &Purpose) -> Result<(), ReleaseError> {
    let Purpose { packages, write_scripts } = purpose;
    if directory.join(LISTING).exists() && suite != Suite::Sid {
        return write_scripts(suite, directory);
    }
    let fresh = directory.with_extension("new");
    for path in [directory, &fresh] {
        match fs::remove_dir_all(path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(file_error(path, cause)),
            _ => {}
        }
    }
    let scratch = fresh.join("apt");
    let packages = apt::fetch(suite, &scratch, packages)?;
    let root = fresh.join("root");
    let mut listing = String::new();
    for package in &packages {
        run(suite, Command::new("dpkg-deb").arg("--extract").arg(package).arg(&root))?;
        listing += &run(suite, Command::new("dpkg-deb").args(["--show"]).arg(package))?;
    }
    fs::remove_dir_all(&scratch).map_err(|cause| file_error(&scratch, cause))?;
    write_scripts(suite, &fresh)?;
    write(&fresh, LISTING, &listing)?;
    fs::rename(&fresh, directory).map_err(|cause| file_error(directory, cause))
}

/// Where a root has its libraries and what loads them.
struct Libraries {
    /// The name of the directories of libraries.
    triplet: String,
    /// The path of the loader in the root.
    loader: String,
}

impl Libraries {
    fn find(suite: Suite, root: &Path) -> Result<Self, ReleaseError> {
        let incomplete = |what| ReleaseError::Incomplete { suite, what, directory: root.to_owned() };
        let triplets = entries(&root.join("usr/lib"), |name| name.ends_with("-linux-gnu"))?;
        let triplet = triplets.iter().find_map(|path| path.file_name()?.to_str());
        let triplet = triplet.ok_or_else(|| incomplete("libraries"))?.to_owned();
        // Links at the root are absolute, and lead out of it.
        let places = [format!("lib/{triplet}"), format!("usr/lib/{triplet}")];
        let loader = places.iter().find_map(|place| {
            let found = entries(&root.join(place), |name| name.starts_with("ld-linux")).ok()?;
            Some(format!("{place}/{}", found.first()?.file_name()?.to_str()?))
        });
        Ok(Self { triplet, loader: loader.ok_or_else(|| incomplete("loader"))? })
    }
}

fn write_script(directory: &Path, name: &str, script: &str) -> Result<(), ReleaseError> {
    let bin = directory.join("bin");
    write(&bin, name, script)?;
    let path = bin.join(name);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&path, executable).map_err(|cause| file_error(&path, cause))
}

/// The programs of rpm read its macros where the root has them.
fn write_rpm_scripts(suite: Suite, directory: &Path) -> Result<(), ReleaseError> {
    let Libraries { triplet, loader } = Libraries::find(suite, &directory.join("root"))?;
    for name in ["rpm", "rpmkeys"] {
        let script = format!(
            r#"#!/bin/sh
root=${{0%/*}}/../root
export RPM_CONFIGDIR="$root/usr/lib/rpm"
exec "$root/{loader}" --library-path "$root/lib/{triplet}:$root/usr/lib/{triplet}" "$root/usr/bin/{name}" "$@"
"#
        );
        write_script(directory, name, &script)?;
    }
    Ok(())
}

fn write_engine_scripts(suite: Suite, directory: &Path) -> Result<(), ReleaseError> {
    let root = directory.join("root");
    let Libraries { triplet, loader } = Libraries::find(suite, &root)?;
    let incomplete = |what| ReleaseError::Incomplete { suite, what, directory: root.clone() };
    let pythons = entries(&root.join("usr/bin"), |name| {
        name.strip_prefix("python3.").is_some_and(|minor| minor.chars().all(|digit| digit.is_ascii_digit()))
    })?;
    let python = pythons.iter().find_map(|path| path.file_name()?.to_str());
    let python = python.ok_or_else(|| incomplete("interpreter of Python"))?;
    for (name, program) in [
        ("bgpd", r#""$root/usr/lib/frr/bgpd""#.to_owned()),
        ("gobgpd", r#""$root/usr/bin/gobgpd""#.to_owned()),
        ("gobgp", r#""$root/usr/bin/gobgp""#.to_owned()),
        ("exabgp", format!(r#""$root/usr/bin/{python}" -m exabgp"#)),
    ] {
        // libyang looks for its plug-ins (1, which FRR 7.5 has) and its models (5, which FRR 10.7 has) where it is installed.
        let script = format!(
            r#"#!/bin/sh
root=${{0%/*}}/../root
libraries=$root/usr/lib/{triplet}
models=$root/usr/share/yang
if [ -d "$libraries/libyang1" ]; then
  export LIBYANG_EXTENSIONS_PLUGINS_DIR="$libraries/libyang1/extensions"
  export LIBYANG_USER_TYPES_PLUGINS_DIR="$libraries/libyang1/user_types"
fi
export PYTHONHOME="$root/usr" PYTHONPATH="$root/usr/lib/python3/dist-packages"
set -- "$root/{loader}" --library-path "$root/lib/{triplet}:$libraries:$libraries/frr" {program} "$@"
if [ {name} = bgpd ] && [ -d "$models/modules/libyang" ]; then
  exec unshare --map-root-user --mount sh -c 'mount --bind "$0" /usr/share/yang && exec "$@"' "$models" "$@"
fi
exec "$@"
"#
        );
        write_script(directory, name, &script)?;
    }
    Ok(())
}
