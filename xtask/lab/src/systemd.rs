//! A real systemd on a host.

use std::time::Duration;

use anyhow::{Context, Result};
use task::workspace;

use crate::host::Host;
use crate::wait;

/// The shell script of a host's first process; it becomes systemd.
///
/// The units that the distribution starts would change kernel settings and devices of this machine, so only units that a
/// package or a state starts run here.
pub const BOOT: &str = r#"
set -e
rm -rf /etc/systemd/system/*.wants /usr/lib/systemd/system/*.wants
ln -sf multi-user.target /usr/lib/systemd/system/default.target
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=null
"#;

/// As [`BOOT`], with the older systemd in place of this machine's; its programs run with the libraries of this machine.
pub fn boot_older() -> String {
    let older = workspace::older_systemd();
    let replace = "for place in lib bin usr/bin; do cp -a \"$older/$place/.\" \"/usr/${place#usr/}/\"; done";
    format!("set -e\nolder='{}'\n{replace}\n{BOOT}", older.display())
}

/// What `systemd-analyze security` says of a service, from 0 to 10; the less it may do, the less it is.
pub fn exposure(host: &Host, service: &str) -> Result<f32> {
    let said = host.run("systemd-analyze", &["security", "--no-pager", service])?;
    let number = said.rsplit_once(&format!("{service}: ")).and_then(|(_, rest)| rest.split(' ').next());
    let exposure = number.and_then(|number| number.parse().ok());
    exposure.with_context(|| format!("systemd-analyze said of {service}: {said}"))
}

/// Waits until systemd on a host accepts requests.
pub fn wait_until_booted(host: &Host) -> Result<()> {
    wait::until(&format!("systemd on {}", host.name()), Duration::from_secs(180), || {
        Ok(if is_active(host, "multi-user.target")? { Ok(()) } else { Err("it has not booted".to_owned()) })
    })
}

/// Whether a unit is active.
pub fn is_active(host: &Host, unit: &str) -> Result<bool> {
    host.succeeds("systemctl", &["is-active", "--quiet", unit])
}
