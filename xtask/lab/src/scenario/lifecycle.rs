//! Packages are installed, upgraded and removed without Salt, by rpm and by dnf, with their real scriptlets and a real
//! systemd.

mod package_manager;

use std::time::Duration;

use anyhow::{Result, ensure};
use bgpcs::{CONDUCTOR_PACKAGE, PLUGIN, ROUTER_PACKAGE, VERSION, paths};
use task::command;

use self::package_manager::{Manager, Version};
use crate::authority::{Authority, NODES, application};
use crate::expect::equal;
use crate::host::Host;
use crate::lab::Lab;
use crate::{distribution, packages, repository, systemd, wait};

/// A pillar file and top files that do not belong to the plugin.
const FOREIGN_PILLAR: &str = "operators.sls";
const FOREIGN_TEXT: &str = "plugins:\n  '*':\n    - other-plugin\n";

/// A line that an operator added to the rotation of the log.
const EDIT: &str = "# kept longer here\n";

pub fn play(lab: &Lab) -> Result<()> {
    lab.repository.add(&lab.packages.next)?;
    let host = Host::boot("packages", &lab.network, systemd::BOOT, false)?;
    prepare(&host)?;
    for manager in [Manager::Rpm, Manager::Dnf] {
        every_transaction(lab, &host, manager)?;
    }
    either_order(lab, &host)?;
    interrupted(lab, &host)
}

/// Turns the host into a conductor with files of an operator and of another plugin.
fn prepare(host: &Host) -> Result<()> {
    distribution::imitate(host, 9)?;
    host.write(distribution::REPOSITORY_FILE, &repository::dnf_configuration())?;
    host.write(paths::RUNNING_CONFIGURATION, &format!("{:#}", Authority::sample().running_configuration()))?;
    for root in [paths::SALT_STATES_ROOT, paths::SALT_PILLAR_ROOT] {
        host.write(&format!("{root}/top.sls"), FOREIGN_TEXT)?;
    }
    host.write(&format!("{}/{FOREIGN_PILLAR}", paths::PILLAR_DIR), FOREIGN_TEXT)?;
    host.run("mkdir", &["-p", "/var/log/128technology/plugins"])?;
    systemd::wait_until_booted(host)
}

/// Each kind of transaction, that is, each value of `$1` with which rpm runs scriptlets.
fn every_transaction(lab: &Lab, host: &Host, manager: Manager) -> Result<()> {
    let next = packages::next_version();
    let conductor =
        |version: &str, tag| Version { name: CONDUCTOR_PACKAGE, version: version.to_owned(), tag };
    let router = |version: &str, tag| Version { name: ROUTER_PACKAGE, version: version.to_owned(), tag };

    manager.install(lab, host, &conductor(VERSION, "el7"))?;
    expect_conductor(host, VERSION)?;
    follow_commits(host)?;
    let rotation = format!("/etc/logrotate.d/{CONDUCTOR_PACKAGE}");
    let edited = format!("{}{EDIT}", host.read(&rotation)?.unwrap_or_default());
    host.write(&rotation, &edited)?;

    // The same version for the newer distribution, as after an upgrade to an image of it.
    manager.upgrade(lab, host, &conductor(VERSION, "el9"))?;
    expect_conductor(host, VERSION)?;
    manager.reinstall(lab, host, &conductor(VERSION, "el9"))?;
    expect_conductor(host, VERSION)?;
    manager.upgrade(lab, host, &conductor(&next, "el9"))?;
    expect_conductor(host, &next)?;
    manager.downgrade(lab, host, &conductor(VERSION, "el9"))?;
    expect_conductor(host, VERSION)?;
    equal("the edited rotation of the log", &host.read(&rotation)?, &Some(edited))?;
    let log = host.read(paths::GENERATOR_LOG)?.unwrap_or_default();
    ensure!(!log.is_empty(), "the log did not survive upgrade and downgrade");

    // A rotated log is removed with the package too.
    host.write(&format!("{}.1", paths::GENERATOR_LOG), "rotated\n")?;
    manager.remove(host, CONDUCTOR_PACKAGE)?;
    ensure!(
        !systemd::is_active(host, &path_unit())?,
        "{} is active after the removal of its package",
        path_unit()
    );
    // An edited configuration is kept under another name, as rpm does for every package.
    host.remove(&format!("{rotation}.rpmsave"))?;
    expect_no_trace(host)?;

    manager.install(lab, host, &router(VERSION, "el7"))?;
    manager.upgrade(lab, host, &router(VERSION, "el9"))?;
    manager.upgrade(lab, host, &router(&next, "el9"))?;
    manager.reinstall(lab, host, &router(&next, "el9"))?;
    manager.downgrade(lab, host, &router(VERSION, "el9"))?;
    expect_verified(host, ROUTER_PACKAGE)?;
    manager.remove(host, ROUTER_PACKAGE)?;
    expect_no_trace(host)
}

/// A machine can be conductor and router at once; neither package needs or disturbs the other.
fn either_order(lab: &Lab, host: &Host) -> Result<()> {
    let package = |name| Version { name, version: VERSION.to_owned(), tag: "el9" };
    for (first, second) in [(CONDUCTOR_PACKAGE, ROUTER_PACKAGE), (ROUTER_PACKAGE, CONDUCTOR_PACKAGE)] {
        for name in [first, second] {
            Manager::Rpm.install(lab, host, &package(name))?;
        }
        expect_conductor(host, VERSION)?;
        expect_verified(host, ROUTER_PACKAGE)?;
        for name in [first, second] {
            Manager::Rpm.remove(host, name)?;
        }
        expect_no_trace(host)?;
    }
    Ok(())
}

/// rpm is killed at several moments of an upgrade; the next transaction repairs the result.
fn interrupted(lab: &Lab, host: &Host) -> Result<()> {
    let package = |version: String| Version { name: CONDUCTOR_PACKAGE, version, tag: "el9" };
    let (this, next) = (package(VERSION.to_owned()), package(packages::next_version()));
    Manager::Rpm.install(lab, host, &this)?;
    for milliseconds in [10, 20, 30, 40, 60, 80, 120] {
        package_manager::kill_upgrade_after(lab, host, &next, milliseconds)?;
        package_manager::repair(lab, host, &next)?;
        expect_conductor(host, &next.version)?;
        package_manager::repair(lab, host, &this)?;
        expect_conductor(host, VERSION)?;
    }
    Manager::Rpm.remove(host, CONDUCTOR_PACKAGE)
}

fn path_unit() -> String {
    format!("{}.path", bgpcs::GENERATOR_UNIT)
}

/// The generator runs after every commit that replaces the running configuration, also when commits follow fast.
fn follow_commits(host: &Host) -> Result<()> {
    let mut authority = Authority::sample();
    for number in 1..=10 {
        if let Some(profile) = authority.profile_mut("O365") {
            profile.applications = vec![application(&format!("Commit{number}"), &["12076:5010"])];
        }
        commit(host, &authority)?;
        expect_application(host, &format!("Commit{number}"))?;
    }
    commit(host, &Authority::sample())?;
    expect_application(host, "ExchangeOnline")
}

/// Replaces the running configuration as a conductor does, by renaming a whole file.
fn commit(host: &Host, authority: &Authority) -> Result<()> {
    let new = format!("{}.new", paths::RUNNING_CONFIGURATION);
    host.write(&new, &format!("{:#}", authority.running_configuration()))?;
    host.run("mv", &[&new, paths::RUNNING_CONFIGURATION]).map(drop)
}

fn expect_application(host: &Host, name: &str) -> Result<()> {
    let file = format!("{}/{}.sls", paths::PILLAR_DIR, NODES[0].asset_id);
    wait::until(&format!("application {name} in {file}"), Duration::from_secs(20), || {
        let pillar = host.read(&file)?.unwrap_or_default();
        Ok(if pillar.contains(&format!("\"{name}\"")) { Ok(()) } else { Err(pillar) })
    })
}

/// Asserts that the package is as it was built, that pillars name the router package of its version, that each top file
/// lists the plugin once, and that foreign files are unchanged.
fn expect_conductor(host: &Host, version: &str) -> Result<()> {
    expect_verified(host, CONDUCTOR_PACKAGE)?;
    ensure!(systemd::is_active(host, &path_unit())?, "{} is not active", path_unit());
    for node in NODES {
        let file = format!("{}/{}.sls", paths::PILLAR_DIR, node.asset_id);
        let pillar = host.read(&file)?.unwrap_or_default();
        let wanted = format!("\"version\": \"{version}-{}\"", bgpcs::RELEASE);
        ensure!(pillar.contains(&wanted), "{file} lacks {wanted}:\n{pillar}");
    }
    for root in [paths::SALT_STATES_ROOT, paths::SALT_PILLAR_ROOT] {
        let top = host.read(&format!("{root}/top.sls"))?.unwrap_or_default();
        let entries = top.lines().filter(|line| line.trim() == format!("- {PLUGIN}")).count();
        equal(&format!("how often {root}/top.sls lists the plugin"), &entries, &1)?;
    }
    expect_foreign_pillar(host)
}

fn expect_foreign_pillar(host: &Host) -> Result<()> {
    let file = format!("{}/{FOREIGN_PILLAR}", paths::PILLAR_DIR);
    equal(&file, &host.read(&file)?.as_deref(), &Some(FOREIGN_TEXT))
}

/// Asserts that exactly one version is installed, and that each of its files is as it was packaged.
fn expect_verified(host: &Host, package: &str) -> Result<()> {
    let installed = host.run("rpm", &["--query", package])?;
    equal(&format!("the number of installed {package}"), &installed.lines().count(), &1)?;
    let mut verify = host.command("rpm");
    let verdict = command::output(verify.args(["--verify", "--nodeps", "--noscripts", package]))?;
    // An operator may edit the rotation of the log, and the log changes with every run.
    let may_differ = [&format!("/etc/logrotate.d/{CONDUCTOR_PACKAGE}"), paths::GENERATOR_LOG];
    let report = String::from_utf8_lossy(&verdict.stdout);
    let faults: Vec<&str> =
        report.lines().filter(|line| !may_differ.iter().any(|path| line.ends_with(path))).collect();
    ensure!(faults.is_empty(), "{package} is not as it was packaged: {faults:#?}");
    Ok(())
}

/// Asserts that no file of the plugin is left, and that foreign files are unchanged.
fn expect_no_trace(host: &Host) -> Result<()> {
    let find =
        r"find /etc /usr /var /run -xdev \( -name '*bgp-community-services*' -o -name '*generate_pillar*' \)";
    let found = host.run("sh", &["-c", find])?;
    // The directory stays, because a foreign file is in it.
    let rest: Vec<&str> = found.lines().filter(|path| *path != paths::PILLAR_DIR).collect();
    ensure!(rest.is_empty(), "files of the plugin are left: {rest:#?}");
    for root in [paths::SALT_STATES_ROOT, paths::SALT_PILLAR_ROOT] {
        let top = format!("{root}/top.sls");
        equal(&top, &host.read(&top)?.as_deref(), &Some(FOREIGN_TEXT))?;
    }
    ensure!(host.exists(paths::RUNNING_CONFIGURATION), "the running configuration is gone");
    expect_foreign_pillar(host)
}
