//! Packages come, change and go on a host by themselves, by rpm and by dnf, with their real scriptlets and a real
//! systemd.

mod package_manager;

use std::time::Duration;

use bgpcs::{CONDUCTOR_PACKAGE, PLUGIN, ROUTER_PACKAGE, VERSION, paths};

use self::package_manager::{Manager, Package};
use crate::lab::Lab;
use crate::lab::authority::{Authority, NODES, application};
use crate::lab::error::{LabError, at, ensure, equal};
use crate::lab::host::Host;
use crate::lab::{distribution, packages, repository, systemd, wait};

/// A pillar file and top files that are not ours.
const FOREIGN_PILLAR: &str = "operators.sls";
const FOREIGN_TEXT: &str = "plugins:\n  '*':\n    - other-plugin\n";

/// A line by which an operator changed the rotation of the log.
const EDIT: &str = "# kept longer here\n";

pub fn run(lab: &Lab) -> Result<(), LabError> {
    lab.repository.add(&lab.packages.next)?;
    let host = Host::boot("packages", &lab.network, systemd::BOOT, false)?;
    prepare(&host)?;
    for manager in [Manager::Rpm, Manager::Dnf] {
        live_and_die(lab, &host, manager)?;
    }
    either_order(lab, &host)?;
    interrupted(lab, &host)
}

/// Makes a conductor of the host, with what an operator and another plugin have there.
fn prepare(host: &Host) -> Result<(), LabError> {
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

/// Each transaction of a package's life: what rpm gives its scriptlets as `$1`, and what they have to leave.
fn live_and_die(lab: &Lab, host: &Host, manager: Manager) -> Result<(), LabError> {
    let next = packages::next_version();
    let conductor =
        |version: &str, tag| Package { name: CONDUCTOR_PACKAGE, version: version.to_owned(), tag };
    let router = |version: &str, tag| Package { name: ROUTER_PACKAGE, version: version.to_owned(), tag };

    manager.install(lab, host, &conductor(VERSION, "el7"))?;
    expect_conductor(host, VERSION)?;
    follow_commits(host)?;
    let rotation = format!("/etc/logrotate.d/{CONDUCTOR_PACKAGE}");
    let edited = format!("{}{EDIT}", host.read(&rotation)?.unwrap_or_default());
    host.write(&rotation, &edited)?;

    // The same version for the newer distribution, as when an image of the newer one comes.
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
    ensure(!log.is_empty(), || "the log did not survive upgrade and downgrade".to_owned())?;

    // What logrotate made of the log goes with the package too.
    host.write(&format!("{}.1", paths::GENERATOR_LOG), "rotated\n")?;
    manager.remove(host, CONDUCTOR_PACKAGE)?;
    ensure(!systemd::is_active(host, &path_unit())?, || format!("{} outlives the package", path_unit()))?;
    // An edited configuration is kept under another name, as with every package.
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

/// A machine can be conductor and router at once; neither package needs the other or minds it.
fn either_order(lab: &Lab, host: &Host) -> Result<(), LabError> {
    let package = |name| Package { name, version: VERSION.to_owned(), tag: "el9" };
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

/// rpm is killed at several moments of an upgrade; the next transaction mends what it left.
fn interrupted(lab: &Lab, host: &Host) -> Result<(), LabError> {
    let package = |version: String| Package { name: CONDUCTOR_PACKAGE, version, tag: "el9" };
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

/// The generator runs when a commit replaces the running configuration, however fast the commits follow each other.
fn follow_commits(host: &Host) -> Result<(), LabError> {
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

/// Replaces the running configuration as a conductor does, whole.
fn commit(host: &Host, authority: &Authority) -> Result<(), LabError> {
    let new = format!("{}.new", paths::RUNNING_CONFIGURATION);
    host.write(&new, &format!("{:#}", authority.running_configuration()))?;
    host.run("mv", &[&new, paths::RUNNING_CONFIGURATION]).map(drop)
}

fn expect_application(host: &Host, name: &str) -> Result<(), LabError> {
    let file = format!("{}/{}.sls", paths::PILLAR_DIR, NODES[0].asset_id);
    wait::until(&format!("application {name} in {file}"), Duration::from_secs(20), || {
        let pillar = host.read(&file)?.unwrap_or_default();
        Ok(if pillar.contains(&format!("\"{name}\"")) { Ok(()) } else { Err(pillar) })
    })
}

/// The package is whole, nodes are told to take the router package of its version, Salt is told of the plugin once,
/// and what is not ours is as it was.
fn expect_conductor(host: &Host, version: &str) -> Result<(), LabError> {
    expect_verified(host, CONDUCTOR_PACKAGE)?;
    ensure(systemd::is_active(host, &path_unit())?, || format!("{} is not active", path_unit()))?;
    for node in NODES {
        let file = format!("{}/{}.sls", paths::PILLAR_DIR, node.asset_id);
        let pillar = host.read(&file)?.unwrap_or_default();
        let wanted = format!("\"version\": \"{version}-{}\"", bgpcs::RELEASE);
        ensure(pillar.contains(&wanted), || format!("{file} lacks {wanted}:\n{pillar}"))?;
    }
    for root in [paths::SALT_STATES_ROOT, paths::SALT_PILLAR_ROOT] {
        let top = host.read(&format!("{root}/top.sls"))?.unwrap_or_default();
        let entries = top.lines().filter(|line| line.trim() == format!("- {PLUGIN}")).count();
        equal(&format!("how often {root}/top.sls lists the plugin"), &entries, &1)?;
    }
    expect_foreign_pillar(host)
}

fn expect_foreign_pillar(host: &Host) -> Result<(), LabError> {
    let file = format!("{}/{FOREIGN_PILLAR}", paths::PILLAR_DIR);
    equal(&file, &host.read(&file)?.as_deref(), &Some(FOREIGN_TEXT))
}

/// Exactly one version is installed, and each of its files is as it was packaged.
fn expect_verified(host: &Host, package: &str) -> Result<(), LabError> {
    let installed = host.run("rpm", &["--query", package])?;
    equal(&format!("the number of installed {package}"), &installed.lines().count(), &1)?;
    let verdict = host.command("rpm").args(["--verify", "--nodeps", "--noscripts", package]).output();
    let verdict = verdict.map_err(at(&host.path("/")))?;
    // The rotation of the log is the operator's to edit, and the log changes with every run.
    let may_differ = [&format!("/etc/logrotate.d/{CONDUCTOR_PACKAGE}"), paths::GENERATOR_LOG];
    let said = String::from_utf8_lossy(&verdict.stdout);
    let faults: Vec<&str> =
        said.lines().filter(|line| !may_differ.iter().any(|path| line.ends_with(path))).collect();
    ensure(faults.is_empty(), || format!("{package} is not as it was packaged: {faults:#?}"))
}

/// Nothing of the plugin is left, and everything that is not ours is.
fn expect_no_trace(host: &Host) -> Result<(), LabError> {
    let find =
        r"find /etc /usr /var /run -xdev \( -name '*bgp-community-services*' -o -name '*generate_pillar*' \)";
    let found = host.run("sh", &["-c", find])?;
    // The directory stays for the file in it that is not ours.
    let rest: Vec<&str> = found.lines().filter(|path| *path != paths::PILLAR_DIR).collect();
    ensure(rest.is_empty(), || format!("files of the plugin are left: {rest:#?}"))?;
    for root in [paths::SALT_STATES_ROOT, paths::SALT_PILLAR_ROOT] {
        let top = format!("{root}/top.sls");
        equal(&top, &host.read(&top)?.as_deref(), &Some(FOREIGN_TEXT))?;
    }
    ensure(host.exists(paths::RUNNING_CONFIGURATION), || "the running configuration is gone".to_owned())?;
    expect_foreign_pillar(host)
}
