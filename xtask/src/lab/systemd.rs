//! A real systemd on a host, for what a package or a state asks of it.

use std::time::Duration;

use super::error::LabError;
use super::host::Host;
use super::wait;

/// Becomes systemd, as the first process of a host.
///
/// What the distribution starts by itself would reach beyond the host, to kernel settings and devices, so only what is
/// asked for is started.
pub const BOOT: &str = r#"
set -e
rm -rf /etc/systemd/system/*.wants /usr/lib/systemd/system/*.wants
ln -sf multi-user.target /usr/lib/systemd/system/default.target
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=null
"#;

/// Waits until systemd on a host takes requests.
pub fn wait_until_booted(host: &Host) -> Result<(), LabError> {
    wait::until(&format!("systemd on {}", host.name()), Duration::from_secs(30), || {
        Ok(if is_active(host, "multi-user.target")? { Ok(()) } else { Err("it has not booted".to_owned()) })
    })
}

/// Whether a unit is active.
pub fn is_active(host: &Host, unit: &str) -> Result<bool, LabError> {
    host.succeeds("systemctl", &["is-active", "--quiet", unit])
}
