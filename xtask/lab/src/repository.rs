//! The package repository, which the conductor serves to itself and to its routers over HTTP.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use fs_err as fs;
use rpm::{Dependency, PackageBuilder};
use task::{command, workspace};

use crate::host::Host;

/// Where the conductor serves it.
const ADDRESS: &str = "127.0.0.1";
const PORT: &str = "8128";

/// The part of the server's command line that no other process has.
const SERVER: &str = "http.server";

/// The configuration of the repository for dnf. Nothing is cached: a scenario changes the repository and goes on at once.
pub fn dnf_configuration() -> String {
    format!(
        "[lab]\nname=lab\nbaseurl=http://{ADDRESS}:{PORT}/\ngpgcheck=0\nmetadata_expire=0\n\
         skip_if_unavailable=0\ntimeout=60\nretries=1\n"
    )
}

/// A directory of packages and the metadata about them, on this machine.
pub struct Repository {
    directory: PathBuf,
}

impl Repository {
    /// Creates an empty repository.
    pub fn create() -> Result<Self> {
        let directory = workspace::lab().join("repository");
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir_all(&directory)?;
        let repository = Self { directory };
        repository.add_platform()?;
        Ok(repository)
    }

    /// Adds all packages of a directory.
    pub fn add(&self, packages: &Path) -> Result<()> {
        for package in packages_in(packages)? {
            let copy = self.directory.join(package.file_name().unwrap_or_default());
            fs::copy(&package, &copy)?;
        }
        self.index()
    }

    /// Removes the packages whose file names have this start.
    pub fn remove(&self, start: &str) -> Result<()> {
        for package in packages_in(&self.directory)? {
            if package.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)) {
                fs::remove_file(&package)?;
            }
        }
        self.index()
    }

    /// Adds what every host of Oracle Linux has and the lab's hosts lack: a package that provides a shell for scriptlets.
    fn add_platform(&self) -> Result<()> {
        let path = self.directory.join("lab-platform-1-1.noarch.rpm");
        let mut builder =
            PackageBuilder::new("lab-platform", "1", "MIT", "noarch", "What hosts already have");
        builder.provides(Dependency::any("/bin/sh"));
        let written = builder.build().and_then(|package| package.write_file(&path));
        written.with_context(|| format!("cannot write {}", path.display()))
    }

    fn index(&self) -> Result<()> {
        command::run(Command::new("createrepo_c").args(["--quiet", "--update"]).arg(&self.directory))
    }

    /// Starts to serve it from the conductor.
    pub fn serve(&self, conductor: &Host) -> Result<()> {
        let python = workspace::python_environment().join("bin/python");
        let directory = self.directory.to_string_lossy();
        let arguments = ["-m", SERVER, PORT, "--bind", ADDRESS, "--directory", &directory];
        conductor.start_daemon(python, &arguments, "/var/log/repository.log")
    }

    /// Stops the server: connections are refused.
    pub fn stop(&self, conductor: &Host) -> Result<()> {
        conductor.kill(SERVER)
    }

    /// Suspends the server: clients get no answer and wait.
    pub fn freeze(&self, conductor: &Host) -> Result<()> {
        conductor.signal("STOP", SERVER)
    }

    /// Resumes the server, which also answers the clients that waited.
    pub fn thaw(&self, conductor: &Host) -> Result<()> {
        conductor.signal("CONT", SERVER)
    }
}

fn packages_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut packages = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rpm") {
            packages.push(path);
        }
    }
    Ok(packages)
}
