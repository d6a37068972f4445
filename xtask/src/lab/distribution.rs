//! What makes a host of Debian look like one of Oracle Linux to rpm, dnf and Salt.

use super::error::LabError;
use super::host::Host;

/// Where dnf learns of the lab's repository.
pub const REPOSITORY_FILE: &str = "/etc/yum.repos.d/lab.repo";

/// Sets the release and the places of a release of Oracle Linux.
pub fn imitate(host: &Host, release: u8) -> Result<(), LabError> {
    // Debian's rpm keeps its database in the home directory.
    host.write("/etc/rpm/macros", &format!("%_dbpath /var/lib/rpm\n%dist .el{release}\n"))?;
    host.write("/etc/dnf/vars/releasever", &release.to_string())?;
    // A machine that has dnf may have repositories of its own.
    host.run("sh", &["-c", "rm -f /etc/yum.repos.d/*; mkdir -p /etc/yum.repos.d"])?;
    Ok(())
}
