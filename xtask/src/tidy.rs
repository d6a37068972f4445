//! `cargo xtask tidy`: the invariants of `ARCHITECTURE.md` that a compiler does not see.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};
use task::{command, workspace};

/// What must not stand somewhere, and why.
struct Rule {
    /// Which files, by the start of their path in the workspace.
    within: &'static [&'static str],
    /// Files in which it may stand all the same, by the start of their path.
    except: &'static [&'static str],
    /// The text that must not stand there.
    text: &'static str,
    /// What is said about it.
    reason: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        within: &["yang/src/"],
        except: &[],
        text: "std::net::Tcp",
        reason: "the shared crate knows no network",
    },
    Rule { within: &["yang/"], except: &[], text: "clap", reason: "the shared crate knows no command line" },
    Rule {
        within: &["module/src/"],
        except: &["module/src/source/", "module/src/notify.rs"],
        text: "UnixStream",
        reason: "only a route source opens a socket",
    },
    Rule {
        within: &["module/src/"],
        except: &["module/src/source/"],
        text: "TcpStream",
        reason: "only a route source opens a socket",
    },
    Rule {
        within: &["generator/src/", "module/src/", "xtask/src/", "salt/", "rpm-specs/"],
        except: &[],
        text: "128technology/plugins/bgp-community-services",
        reason: "a path stands once, in yang/src/paths.rs; name its constant or its template variable",
    },
    Rule {
        within: &[
            "generator/Cargo.toml",
            "module/Cargo.toml",
            "xtask/Cargo.toml",
            "yang/Cargo.toml",
            "rpm-specs/",
            "salt/",
        ],
        except: &[],
        text: bgpcs::VERSION,
        reason: "the version stands once, in the root Cargo.toml",
    },
];

/// Reads every file that git tracks and names each line that breaks a rule.
pub fn run() -> Result<()> {
    let files = command::read(Command::new("git").current_dir(workspace::root()).arg("ls-files"))?;
    let mut breaches = Vec::new();
    for file in files.lines() {
        let rules: Vec<&Rule> =
            RULES.iter().filter(|rule| rule.covers(file) && file != "xtask/src/tidy.rs").collect();
        if rules.is_empty() {
            continue;
        }
        let path = workspace::root().join(file);
        // A file that git tracks but that is deleted in the work tree, or that is no text, has nothing to check.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            let broken = rules.iter().filter(|rule| line.contains(rule.text));
            breaches.extend(broken.map(|rule| format!("{file}:{}: {}", number + 1, rule.reason)));
        }
    }
    ensure!(breaches.is_empty(), "the source tree breaks its rules:\n{}", breaches.join("\n"));
    Ok(())
}

impl Rule {
    fn covers(&self, file: &str) -> bool {
        let starts_with_one_of = |starts: &[&str]| starts.iter().any(|start| file.starts_with(start));
        starts_with_one_of(self.within) && !starts_with_one_of(self.except)
    }
}
