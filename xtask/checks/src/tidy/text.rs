//! Texts that must not be in some files.

use std::collections::BTreeMap;

/// A text that must not be in some files, and why.
pub struct TextRule {
    /// The files, by the starts of their paths in the workspace.
    pub within: &'static [&'static str],
    /// Files that may have it nevertheless, by the starts of their paths.
    pub except: &'static [&'static str],
    /// The text.
    pub text: &'static str,
    /// The reason, which is printed with each place.
    pub reason: &'static str,
}

/// The rules of this workspace.
pub const RULES: &[TextRule] = &[
    TextRule {
        within: &["yang/"],
        except: &[],
        text: "clap",
        reason: "the shared crate knows no command line",
    },
    TextRule {
        within: &[
            "generator/cli/",
            "generator/src/",
            "module/cli/",
            "module/src/",
            "xtask/src/",
            "xtask/checks/",
            "xtask/lab/",
            "xtask/task/",
            "salt/",
            "rpm-specs/",
        ],
        except: &["xtask/checks/src/tidy/text.rs"],
        text: "128technology/plugins/bgp-community-services",
        reason: "a path is only in yang/src/paths.rs; use its constant or its template variable",
    },
    TextRule {
        within: &[
            "generator/Cargo.toml",
            "generator/cli/Cargo.toml",
            "module/Cargo.toml",
            "module/cli/Cargo.toml",
            "xtask/Cargo.toml",
            "xtask/checks/Cargo.toml",
            "xtask/lab/Cargo.toml",
            "xtask/task/Cargo.toml",
            "yang/Cargo.toml",
            "yang/display/Cargo.toml",
            "rpm-specs/",
            "salt/",
        ],
        except: &[],
        text: bgpcs::VERSION,
        reason: "the version is only in the root Cargo.toml",
    },
];

/// The lines that break a rule, and the paths in rules that no file has; `files` are texts by their paths.
pub fn breaches(files: &BTreeMap<String, String>, rules: &[TextRule]) -> Vec<String> {
    let mut found = Vec::new();
    for rule in rules {
        for start in rule.within.iter().chain(rule.except) {
            found.extend(missing(files, start));
        }
        for (file, text) in files.iter().filter(|(file, _)| rule.covers(file)) {
            let lines = text.lines().zip(1..).filter(|(line, _)| line.contains(rule.text));
            found.extend(lines.map(|(_, number)| format!("{file}:{number}: {}", rule.reason)));
        }
    }
    found
}

/// A breach if no file has this start of a path: an exemption must not outlive its file.
pub fn missing(files: &BTreeMap<String, String>, start: &str) -> Option<String> {
    let is_there = files.keys().any(|file| file.starts_with(start));
    (!is_there)
        .then(|| format!("tidy has a rule or exemption for {start}, which does not exist; correct the rule"))
}

impl TextRule {
    fn covers(&self, file: &str) -> bool {
        let has_one_of = |starts: &[&str]| starts.iter().any(|start| file.starts_with(start));
        has_one_of(self.within) && !has_one_of(self.except)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_a_stale_exemption_are_breaches() {
        let rule = |except| TextRule { within: &["a/"], except, text: "secret", reason: "no secrets" };
        let files = [("a/one.rs", "\nsecret\n"), ("a/two.rs", "secret"), ("b/three.rs", "secret")];
        let files = files.map(|(file, text)| (file.to_owned(), text.to_owned())).into();
        assert_eq!(breaches(&files, &[rule(&["a/two.rs"])]), ["a/one.rs:2: no secrets"]);
        let stale = breaches(&files, &[rule(&["a/two.rs", "a/gone.rs"])]);
        assert!(stale[0].contains("a/gone.rs, which does not exist"), "{stale:?}");
    }
}
