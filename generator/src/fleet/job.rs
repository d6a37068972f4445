//! What is published on the Salt master: to whom, and which question.
//!
//! `cmd.run_all` is on every release of Salt, and runs an argument vector as it is. The scripts are texts of this program; a
//! value from outside is an argument beside them and never a part of one.

use bgpcs::{AssetId, ROUTER_PACKAGE, paths};

/// How long a list of names may be in one argument. Linux takes 128 KiB.
const LONGEST_EXPRESSION: usize = 100_000;

/// The most bytes that a node sends: of its state; of an address or of changes; and of all its prefixes. Salt itself replaces
/// what is longer than 1 MiB.
const LONGEST_STATE: usize = 4000;
const LONGEST_LISTING: usize = 200_000;
const LONGEST_PREFIXES: usize = 900_000;

/// What a node is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// How it is: package, configuration, and what the module says.
    State,
    /// The output file of the module, with all its prefixes.
    Prefixes,
    /// Into which application an address or a prefix falls.
    Show(String),
    /// What changed since a time in the format of RFC 3339.
    Changes(String),
}

impl Question {
    /// The argument vector that the node runs.
    fn words(&self) -> Vec<String> {
        let module = paths::MODULE;
        let ask = |words: &str, longest| {
            format!("if [ -x {module} ]; then timeout -k 1 8 {module} {words} 2>&1 | head -c {longest}; fi")
        };
        let (script, value) = match self {
            Self::State => {
                let configuration = paths::MODULE_CONFIGURATION;
                let state = ask("status --json --brief --timeout 3", LONGEST_STATE);
                let script = format!(
                    "p=$(timeout 4 rpm -q --qf '%{{VERSION}}-%{{RELEASE}} ' {ROUTER_PACKAGE} 2>/dev/null) || p=none; \
                     c=$(stat -c %Y {configuration} 2>/dev/null) || c=none; \
                     echo package $p; echo configuration $c; {state}"
                );
                (script, None)
            }
            Self::Prefixes => (format!("head -c {LONGEST_PREFIXES} {}", paths::MODULE_OUTPUT), None),
            Self::Show(wanted) => (ask("show \"$1\" --json --timeout 3", LONGEST_LISTING), Some(wanted)),
            Self::Changes(since) => (ask("changes --since \"$1\" --json", LONGEST_LISTING), Some(since)),
        };
        let words = ["/bin/sh".to_owned(), "-c".to_owned(), script, "sh".to_owned()];
        words.into_iter().chain(value.cloned()).collect()
    }
}

/// To whom a job goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Every minion. A list of 20,000 names would go to 20,000 minions.
    All,
    /// The minions whose id this regular expression matches.
    Expression(String),
}

impl Target {
    /// The targets that are exactly these asset ids, each in one job. A list of Salt's own splits at commas, which an asset
    /// id may have.
    pub fn of<'a>(asset_ids: impl IntoIterator<Item = &'a AssetId>) -> Vec<Self> {
        let mut targets = Vec::new();
        let mut names = String::new();
        for asset_id in asset_ids {
            let name = escaped(asset_id.as_str());
            if !names.is_empty() && names.len() + name.len() >= LONGEST_EXPRESSION {
                targets.push(Self::expression(&names));
                names.clear();
            }
            if !names.is_empty() {
                names.push('|');
            }
            names += &name;
        }
        if !names.is_empty() {
            targets.push(Self::expression(&names));
        }
        targets
    }

    fn expression(names: &str) -> Self {
        Self::Expression(format!("^(?:{names})$"))
    }
}

/// A text as a regular expression of Python that matches it alone.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() && !character.is_ascii_alphanumeric() {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// The arguments for `salt`, without its name and its configuration: one line of JSON for each minion, as it answers.
/// Salt's own patience with a silent minion is `timeout`, in seconds.
pub fn arguments(target: &Target, question: &Question, timeout: u64) -> Vec<String> {
    let mut words: Vec<String> =
        ["--out=json", "--out-indent=-1", "--hide-timeout", "--log-level=error"].map(str::to_owned).into();
    words.push(format!("--timeout={timeout}"));
    match target {
        Target::All => words.push("*".to_owned()),
        Target::Expression(expression) => words.extend(["-E".to_owned(), expression.clone()]),
    }
    words.push("cmd.run_all".to_owned());
    words.push(serde_json::Value::from(question.words()).to_string());
    words.extend(["python_shell=False", "ignore_retcode=True", "timeout=9"].map(str::to_owned));
    words
}
