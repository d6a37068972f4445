//! The systemd units, as they are packaged: what they may do under every release of systemd.

use std::collections::BTreeMap;

use bgpcs::paths;
use task::workspace;

use crate::package::template;

/// The services and what each of them writes.
const SERVICES: [(&str, &[&str]); 3] = [
    ("bgp-community-services", &[paths::MODULE_OUTPUT, paths::MODULE_STATE_DIR]),
    ("generate-pillar", &[paths::PILLAR_DIR, paths::GENERATOR_LOG]),
    ("fleet", &[paths::FLEET_CACHE, paths::FLEET_METRICS]),
];

/// The longest line that systemd 219 reads.
const LONGEST_LINE: usize = 2047;

/// A unit as it is packaged.
fn unit(name: &str) -> String {
    let path = workspace::root().join(format!("rpm-specs/units/{name}.tera"));
    template::render_file(&path, &template::variables()).expect("the unit can be rendered")
}

/// The values of each key of a service, in their order.
struct Settings(BTreeMap<String, Vec<String>>);

impl Settings {
    fn of(service: &str) -> Self {
        let mut settings = BTreeMap::<_, Vec<_>>::new();
        let text = unit(&format!("{service}.service")).replace("\\\n", " ");
        for line in text.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty()) {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{service}: {line:?}"));
            assert!(
                !value.contains('#'),
                "{service}: systemd takes a comment after a value for the value: {line}"
            );
            settings.entry(key.to_owned()).or_default().push(value.to_owned());
        }
        Self(settings)
    }

    fn all(&self, key: &str) -> Vec<&str> {
        self.0.get(key).into_iter().flatten().map(String::as_str).collect()
    }

    /// The words of a key that stands once.
    fn words(&self, key: &str) -> Vec<&str> {
        let [value] = self.all(key)[..] else { panic!("{key} stands once, not as {:?}", self.all(key)) };
        value.split_whitespace().collect()
    }
}

#[test]
fn system_calls_are_one_list_of_those_that_are_refused() {
    for (service, _) in SERVICES {
        let settings = Settings::of(service);
        let words = settings.words("SystemCallFilter");
        let first =
            words[0].strip_prefix('~').unwrap_or_else(|| panic!("{service}: a list of what is allowed"));
        let is_plain =
            |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        for word in [first].into_iter().chain(words[1..].iter().copied()) {
            assert!(is_plain(word), "{service}: systemd 219 does not understand {word}");
        }
        // Without it the service would be killed.
        assert_eq!(settings.all("SystemCallErrorNumber"), ["EPERM"], "{service}");
    }
}

#[test]
fn each_release_protects_the_system_as_far_as_it_can() {
    for (service, _) in SERVICES {
        assert_eq!(Settings::of(service).all("ProtectSystem"), ["full", "strict"], "{service}");
        let longest = unit(&format!("{service}.service")).lines().map(str::len).max();
        assert!(longest <= Some(LONGEST_LINE), "{service}: {longest:?}");
    }
}

#[test]
fn what_is_written_lies_below_a_directory_that_lasts() {
    for (service, written) in SERVICES {
        let settings = Settings::of(service);
        let places = settings.words("ReadWritePaths");
        for place in &places {
            assert!(
                ["-/run", "-/var/cache", "-/var/lib", "-/var/log"].contains(place),
                "{service}: {place} may be missing, or made anew while the service runs"
            );
        }
        for path in written {
            // It is a link, on every system with systemd.
            let path = path.replacen("/var/run/", "/run/", 1);
            let is_above = |place: &&&str| path.starts_with(&format!("{}/", place.trim_start_matches('-')));
            assert!(places.iter().any(|place| is_above(&place)), "{service} cannot write {path}");
        }
    }
}

#[test]
fn services_reach_what_they_need() {
    for (service, _) in SERVICES {
        let settings = Settings::of(service);
        // bgpd's socket, the manager's and the log's, and what listens on 127.0.0.1.
        assert_eq!(
            settings.words("RestrictAddressFamilies"),
            ["AF_UNIX", "AF_INET", "AF_INET6"],
            "{service}"
        );
        // The socket of another user's bgpd, and the files of whoever runs the router.
        let capabilities = settings.words("CapabilityBoundingSet");
        assert!(capabilities.contains(&"CAP_DAC_OVERRIDE"), "{service}: {capabilities:?}");
        for key in [
            // They change or hide the owners of sockets and files.
            "PrivateUsers",
            "User",
            "DynamicUser",
            // They hide routing engines and their connections.
            "PrivateNetwork",
            "ProcSubset",
            "ProtectProc",
            // They restrict what an operator may name in a drop-in.
            "IPAddressDeny",
            "InaccessiblePaths",
        ] {
            assert!(settings.all(key).is_empty(), "{service} has {key}");
        }
    }
}

mod real {
    use std::process::Command;

    use fs_err as fs;
    use task::command;

    use super::{SERVICES, Settings, unit};

    /// The highest number of a system call that the library knows which came with systemd 219 in its last update, of
    /// Linux 4.5; a name that it does not know is logged as an error.
    const LAST_NUMBER: u32 = 326;

    #[test]
    fn systemd_219_knows_each_system_call() {
        let header = fs::read_to_string("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
            .expect("the kernel's headers, which come with a linker");
        let number = |name: &str| {
            let define = format!("#define __NR_{name} ");
            header.lines().find_map(|line| line.strip_prefix(&define)?.trim().parse::<u32>().ok())
        };
        for (service, _) in SERVICES {
            for word in Settings::of(service).words("SystemCallFilter") {
                let name = word.trim_start_matches('~');
                assert!(number(name).is_some_and(|number| number <= LAST_NUMBER), "{service}: {name}");
            }
        }
    }

    #[test]
    fn systemd_finds_little_exposed() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for (service, _) in SERVICES {
            let path = directory.path().join(format!("{service}.service"));
            // systemd looks whether the program is there.
            let text = unit(&format!("{service}.service"));
            let program = text.lines().find(|line| line.starts_with("ExecStart=")).unwrap_or_default();
            fs::write(&path, text.replace(program, "ExecStart=/bin/true")).expect("the unit can be written");
            let mut security = Command::new("systemd-analyze");
            security.args(["security", "--no-pager", "--offline=yes", "--threshold=40"]).arg(path);
            command::read(&mut security).expect("the exposure is at most 4.0");
        }
    }
}
