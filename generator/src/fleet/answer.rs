//! A line that `salt` prints, judged by what it is and never by an exit status: an object of `cmd.run_all` is an answer,
//! everything else is none, and says why.

use std::collections::{HashMap, HashSet};

use bgpcs::{AssetId, Quoted, plain};
use serde::Deserialize;
use serde_json::Value;

/// How many characters of a foreign text are shown.
const SHOWN: usize = 200;

/// What Salt puts in the place of a value that is too long for it.
const TRIMMED: &str = "VALUE_TRIMMED";

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// What minions answered, each under the id that the master gives.
    Replies(Vec<(String, Reply)>),
    /// What Salt says of the whole job.
    Said(String),
}

/// What a minion answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The standard output of the command.
    Output(String),
    /// Nothing that can be used, and why.
    Unusable(String),
}

/// The answer of `cmd.run_all`.
#[derive(Deserialize)]
struct Ran {
    stdout: String,
}

/// Reads a line.
pub fn read(line: &[u8]) -> Option<Line> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(minions)) if minions.is_empty() => None,
        Ok(Value::Object(minions)) => {
            Some(Line::Replies(minions.into_iter().map(|(id, value)| (id, reply(value))).collect()))
        }
        Ok(Value::String(said)) => Some(Line::Said(shown(&said))),
        Ok(_) | Err(_) if text.is_empty() => None,
        Ok(_) | Err(_) => Some(Line::Said(shown(text))),
    }
}

fn reply(value: Value) -> Reply {
    match value {
        Value::String(text) if text == TRIMMED => {
            Reply::Unusable("its answer is longer than Salt passes on".to_owned())
        }
        Value::String(text) => Reply::Unusable(format!("Salt says {}", Quoted(&shown(&text)))),
        value => match serde_json::from_value::<Ran>(value) {
            Ok(Ran { stdout }) => Reply::Output(stdout),
            Err(_) => Reply::Unusable("its answer is not that of a command".to_owned()),
        },
    }
}

/// The first words of a foreign text, on one line.
pub(super) fn shown(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = plain(&words.join(" "));
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text,
    }
}

/// Whether more answers are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// There are more to come.
    More,
    /// Whoever was asked has answered.
    NoMore,
}

/// What those that are asked answer, as it comes. Of each the first answer counts, and that of nobody else.
#[derive(Debug)]
pub struct Answers<T> {
    wanted: HashSet<String>,
    heard: HashMap<String, Result<T, String>>,
    read: fn(&str) -> Result<T, String>,
}

impl<T> Answers<T> {
    /// None yet, from these nodes; `read` makes an answer of what a node prints, or says why it is none.
    pub fn of<'a>(
        asset_ids: impl IntoIterator<Item = &'a AssetId>,
        read: fn(&str) -> Result<T, String>,
    ) -> Self {
        let wanted = asset_ids.into_iter().map(|asset_id| asset_id.as_str().to_owned()).collect();
        Self { wanted, heard: HashMap::new(), read }
    }

    /// Takes what a minion answered.
    pub fn take(&mut self, id: String, reply: Reply) -> Wanted {
        if self.wanted.contains(&id) {
            let read = self.read;
            self.heard.entry(id).or_insert_with(|| match reply {
                Reply::Output(output) => read(&output),
                Reply::Unusable(cause) => Err(cause),
            });
        }
        if self.heard.len() < self.wanted.len() { Wanted::More } else { Wanted::NoMore }
    }

    /// What a node answered, if it did.
    pub fn of_node(&self, asset_id: &str) -> Option<&Result<T, String>> {
        self.heard.get(asset_id)
    }

    /// How many were asked.
    pub fn asked(&self) -> usize {
        self.wanted.len()
    }

    /// The answers that can be used.
    pub fn usable(&self) -> impl Iterator<Item = (&str, &T)> {
        self.heard.iter().filter_map(|(id, answer)| Some((id.as_str(), answer.as_ref().ok()?)))
    }

    /// How many answered with something that can be used.
    pub fn answered(&self) -> usize {
        self.usable().count()
    }
}
