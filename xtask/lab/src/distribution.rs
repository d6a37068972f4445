//! Files that make a Debian host look like Oracle Linux to rpm, dnf and Salt.

use anyhow::Result;

use crate::host::Host;

/// The file in which dnf reads about the lab's repository.
pub const REPOSITORY_FILE: &str = "/etc/yum.repos.d/lab.repo";

/// Sets the release, and the folders that a release of Oracle Linux uses.
pub fn imitate(host: &Host, release: u8) -> Result<()> {
    // Debian's rpm keeps its database in the home directory.
    host.write("/etc/rpm/macros", &format!("%_dbpath /var/lib/rpm\n%dist .el{release}\n"))?;
    host.write("/etc/dnf/vars/releasever", &release.to_string())?;
    // Releases of Salt before 3003 know no dnf. On Oracle Linux 9 it is the same program.
    host.run("ln", &["-sf", "dnf", "/usr/bin/yum"])?;
    // This machine may have dnf repositories of its own.
    host.run("sh", &["-c", "rm -f /etc/yum.repos.d/*; mkdir -p /etc/yum.repos.d"])?;
    Ok(())
}
