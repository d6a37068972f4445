//! From a commit to dnf: the signed repository is served, and a machine without the plugin installs from it, upgrades,
//! downgrades and removes, as whoever publishes a release can expect of those who use it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use bgpcs::{CONDUCTOR_PACKAGE, ROUTER_PACKAGE, VERSION, paths};
use bgpcs_testing::{Process, eventually};
use lab::{Host, Network};
use rpm::{Dependency, PackageBuilder};

use super::fixture::{BEFORE, Signed, packages_before};
use crate::succeed;

const ADDRESS: &str = "127.0.0.1:8128";
const KEY: &str = "/etc/pki/rpm-gpg/release.asc";

/// Leaves that the release before does not know.
const NEW_LEAVES: [(&str, &str); 2] = [
    ("            name              O365\n", "            largest-loss      50\n"),
    ("                bgp-community     12076:5010\n", "                within            0.0.0.0/0\n"),
];

/// A machine that is conductor and router at once, and the server of its repositories.
struct Machine {
    host: Host,
    _server: Process,
    _network: Network,
    _signed: Arc<Signed>,
    _served: tempfile::TempDir,
}

impl Machine {
    /// With a repository of this release, and one of the release before if there is one.
    fn start(before: Option<&Path>) -> Self {
        let signed = Signed::shared();
        let served = tempfile::tempdir().unwrap();
        symlink(signed.packages().join("repository/el9"), served.path().join("new")).unwrap();
        let mut repositories = vec!["new"];
        if let Some(before) = before {
            publish(before, &served.path().join("before"), &signed);
            repositories.push("before");
        }
        let network = Network::start(false).unwrap();
        let mut serve = network.command(env!("CARGO_BIN_EXE_xtask"));
        let server = Process::start(serve.arg("serve").arg(served.path()).args(["--listen", ADDRESS]));
        let host = Host::start("machine", &network, false).unwrap();
        lab::imitate(&host, 9).unwrap();
        let mut configuration = String::new();
        for name in repositories {
            configuration += &format!(
                "[{name}]\nname={name}\nbaseurl=http://{ADDRESS}/{name}/\ngpgcheck=1\nrepo_gpgcheck=1\n\
                 gpgkey=file://{KEY}\nmetadata_expire=0\nskip_if_unavailable=0\n"
            );
        }
        host.write(lab::REPOSITORY_FILE, &configuration).unwrap();
        host.write(KEY, &fs::read_to_string(signed.public_key()).unwrap()).unwrap();
        eventually("the server answers", || {
            host.succeeds("bash", &["-c", ": </dev/tcp/127.0.0.1/8128"]).unwrap()
        });
        let machine = Self { host, _server: server, _network: network, _signed: signed, _served: served };
        machine.provide_a_shell();
        machine
    }

    /// Every host of Oracle Linux has a package of `/bin/sh`, which scriptlets need; this one has only the shell.
    fn provide_a_shell(&self) {
        let path = "/root/shell.rpm";
        let mut builder = PackageBuilder::new("shell", "1", "MIT", "noarch", "What the machine already has");
        builder.provides(Dependency::any("/bin/sh"));
        builder.build().unwrap().write_file(self.host.path(path)).unwrap();
        self.run("rpm", &["--install", path]);
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        self.host.run(program, arguments).unwrap()
    }

    /// A transaction of one version of both packages.
    fn dnf(&self, action: &str, version: &str) {
        let names = [CONDUCTOR_PACKAGE, ROUTER_PACKAGE].map(|name| format!("{name}-{version}"));
        self.run("dnf", &["--quiet", "--assumeyes", action, &names[0], &names[1]]);
        for name in [CONDUCTOR_PACKAGE, ROUTER_PACKAGE] {
            assert_eq!(self.run("rpm", &["-q", "--qf", "%{VERSION}", name]), version, "{action}");
            self.run("rpm", &["-V", "--nodeps", name]);
        }
        let module = self.run(paths::MODULE, &["--version"]);
        assert!(module.trim_end().ends_with(version), "{module}");
    }

    /// Puts this configuration in force, as a commit does, and lets the generator read it.
    fn commit(&self, configuration: &str) {
        self.host.write(paths::RUNNING_CONFIGURATION, configuration).unwrap();
        self.run(paths::GENERATOR, &[]);
    }

    /// The pillar of a node, which must name the router package of a version.
    fn pillar(&self, version: &str) -> String {
        let pillar = self.host.read(&format!("{}/router1-node1.sls", paths::PILLAR_DIR)).unwrap().unwrap();
        let package = format!("\"version\": \"{version}-{}\"", bgpcs::RELEASE);
        assert!(pillar.contains(&package), "expected {package} in\n{pillar}");
        pillar.replace(&package, "")
    }
}

/// Signs the packages for Oracle Linux 9 of a directory, and makes a signed repository of them.
fn publish(packages: &Path, repository: &Path, signed: &Signed) {
    fs::create_dir(repository).unwrap();
    let mut copies = Vec::new();
    for entry in fs::read_dir(packages).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".el9.x86_64.rpm") {
            copies.push(repository.join(name));
            fs::copy(entry, copies.last().unwrap()).unwrap();
        }
    }
    signed.sign_packages(&copies);
    succeed(Command::new("createrepo_c").arg("--quiet").arg(repository));
    signed.sign_file(&repository.join("repodata/repomd.xml"));
}

fn sample() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/authority.txt")).unwrap()
}

#[test]
fn a_clean_machine_installs_and_removes() {
    let machine = Machine::start(None);
    machine.host.write(paths::RUNNING_CONFIGURATION, &sample()).unwrap();
    // Another key than the one that signed is refused, and nothing is installed.
    let key = machine.host.read(KEY).unwrap().unwrap();
    machine.host.remove(KEY).unwrap();
    assert!(!machine.host.succeeds("dnf", &["--quiet", "--assumeyes", "install", ROUTER_PACKAGE]).unwrap());
    machine.host.write(KEY, &key).unwrap();

    machine.dnf("install", VERSION);
    machine.pillar(VERSION);
    let signature = machine.run("rpm", &["-q", "--qf", "%{RSAHEADER:pgpsig}", ROUTER_PACKAGE]);
    assert!(signature.starts_with("RSA/SHA256"), "{signature}");
    remove(&machine);
}

fn remove(machine: &Machine) {
    machine.run("dnf", &["--quiet", "--assumeyes", "remove", CONDUCTOR_PACKAGE, ROUTER_PACKAGE]);
    for path in [paths::GENERATOR, paths::MODULE, paths::PILLAR_DIR, paths::GENERATOR_LOG] {
        assert!(!machine.host.exists(path), "{path} is still there");
    }
}

#[test]
fn the_release_before_is_upgraded_to_this_one_and_back() {
    let Some(before) = packages_before() else { return };
    let machine = Machine::start(Some(&before));
    machine.host.write(paths::RUNNING_CONFIGURATION, &sample()).unwrap();
    machine.dnf("install", BEFORE);
    let pillar = machine.pillar(BEFORE);

    // Without new leaves, only the version of the router package changes, in both directions.
    machine.dnf("upgrade", VERSION);
    assert_eq!(machine.pillar(VERSION), pillar);
    machine.dnf("downgrade", BEFORE);
    assert_eq!(machine.pillar(BEFORE), pillar);

    // With new leaves, `check` says which go; the release before leaves them out, and reads all else.
    machine.dnf("upgrade", VERSION);
    let with_new_leaves = NEW_LEAVES
        .iter()
        .fold(sample(), |text, (place, leaf)| text.replacen(place, &format!("{place}{leaf}"), 1));
    machine.commit(&with_new_leaves);
    assert_ne!(machine.pillar(VERSION), pillar);
    let mut check = machine.host.command(paths::GENERATOR);
    let said = check.args(["check", "--for", BEFORE]).output().unwrap();
    let said = [said.stdout, said.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    for leaf in ["largest-loss", "within"] {
        assert!(said.contains(&format!("the leaf {leaf}, which release {BEFORE} does not know")), "{said}");
    }
    machine.dnf("downgrade", BEFORE);
    assert_eq!(machine.pillar(BEFORE), pillar);

    // They are in force again after the next upgrade, and gone when they are unset.
    machine.dnf("upgrade", VERSION);
    assert_ne!(machine.pillar(VERSION), pillar);
    machine.commit(&sample());
    assert_eq!(machine.pillar(VERSION), pillar);
    machine.dnf("downgrade", BEFORE);
    remove(&machine);
}
