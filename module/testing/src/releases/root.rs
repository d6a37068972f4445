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

/// What is unpacked; the last lists what that was.
const PACKAGES: [&str; 3] = ["frr", "exabgp", "gobgpd"];
const LISTING: &str = "packages";

/// Fills the directory with `root`, `bin` and the list of packages, unless it has them and the suite stays as it is.
pub(super) fn bring(suite: Suite, directory: &Path) -> Result<(), ReleaseError> {
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
    let packages = apt::fetch(suite, &scratch, &PACKAGES)?;
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

fn write_scripts(suite: Suite, directory: &Path) -> Result<(), ReleaseError> {
    let root = directory.join("root");
    let incomplete = |what| ReleaseError::Incomplete { suite, what, directory: root.clone() };
    let triplets = entries(&root.join("usr/lib"), |name| name.ends_with("-linux-gnu"))?;
    let triplet = triplets.iter().find_map(|path| path.file_name()?.to_str());
    let triplet = triplet.ok_or_else(|| incomplete("libraries"))?;
    // Links at the root are absolute, and lead out of it.
    let places = [format!("lib/{triplet}"), format!("usr/lib/{triplet}")];
    let loader = places.iter().find_map(|place| {
        let found = entries(&root.join(place), |name| name.starts_with("ld-linux")).ok()?;
        Some(format!("{place}/{}", found.first()?.file_name()?.to_str()?))
    });
    let loader = loader.ok_or_else(|| incomplete("loader"))?;
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
        let bin = directory.join("bin");
        write(&bin, name, &script)?;
        let path = bin.join(name);
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&path, executable).map_err(|cause| file_error(&path, cause))?;
    }
    Ok(())
}
