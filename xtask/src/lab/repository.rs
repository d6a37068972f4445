//! The package repository, which the conductor serves to itself and to its routers over HTTP.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::{LabError, at};
use super::host::Host;
use crate::{command, workspace};

/// Where the conductor serves it.
const ADDRESS: &str = "127.0.0.1";
const PORT: &str = "8128";

/// The part of the server's command line by which it is told from other processes.
const SERVER: &str = "http.server";

/// What dnf has to know of the repository; nothing is cached, since a scenario changes it and goes on at once.
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
    /// Makes an empty repository.
    pub fn create() -> Result<Self, LabError> {
        let directory = super::directory().join("repository");
        if directory.exists() {
            fs::remove_dir_all(&directory).map_err(at(&directory))?;
        }
        fs::create_dir_all(&directory).map_err(at(&directory))?;
        let repository = Self { directory };
        repository.add_platform()?;
        Ok(repository)
    }

    /// Adds all packages of a directory.
    pub fn add(&self, packages: &Path) -> Result<(), LabError> {
        for package in packages_in(packages)? {
            let copy = self.directory.join(package.file_name().unwrap_or_default());
            fs::copy(&package, &copy).map_err(at(&copy))?;
        }
        self.index()
    }

    /// Removes the packages whose file names begin so.
    pub fn remove(&self, start: &str) -> Result<(), LabError> {
        for package in packages_in(&self.directory)? {
            if package.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)) {
                fs::remove_file(&package).map_err(at(&package))?;
            }
        }
        self.index()
    }

    /// What a host of Oracle Linux has and the lab's hosts lack: something that provides a shell to scriptlets.
    fn add_platform(&self) -> Result<(), LabError> {
        let path = self.directory.join("lab-platform-1-1.noarch.rpm");
        let build = || {
            let builder =
                rpm::PackageBuilder::new("lab-platform", "1", "MIT", "noarch", "What hosts have already");
            let mut builder = builder;
            builder.provides(rpm::Dependency::any("/bin/sh"));
            builder.build()?.write_file(&path)
        };
        build().map_err(|source| LabError::Unmet(format!("cannot write {}: {source}", path.display())))
    }

    fn index(&self) -> Result<(), LabError> {
        command::run(Command::new("createrepo_c").args(["--quiet", "--update"]).arg(&self.directory))?;
        Ok(())
    }

    /// Starts to serve it from the conductor.
    pub fn serve(&self, conductor: &Host) -> Result<(), LabError> {
        let python = workspace::python_environment().join("bin/python");
        let directory = self.directory.to_string_lossy();
        let arguments = ["-m", SERVER, PORT, "--bind", ADDRESS, "--directory", &directory];
        conductor.start_daemon(python, &arguments, "/var/log/repository.log")
    }

    /// Stops to serve it: connections are refused.
    pub fn stop(&self, conductor: &Host) -> Result<(), LabError> {
        conductor.kill(SERVER)
    }

    /// Lets everyone who asks for something wait.
    pub fn freeze(&self, conductor: &Host) -> Result<(), LabError> {
        conductor.signal("STOP", SERVER)
    }

    /// Answers again, also those who waited.
    pub fn thaw(&self, conductor: &Host) -> Result<(), LabError> {
        conductor.signal("CONT", SERVER)
    }
}

fn packages_in(directory: &Path) -> Result<Vec<PathBuf>, LabError> {
    let mut packages = Vec::new();
    for entry in fs::read_dir(directory).map_err(at(directory))? {
        let path = entry.map_err(at(directory))?.path();
        if path.extension().is_some_and(|extension| extension == "rpm") {
            packages.push(path);
        }
    }
    Ok(packages)
}
