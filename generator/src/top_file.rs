//! The text of a `top.sls` of the `plugins` environment. The conductor owns that file; it lists the states or pillars
//! of every plugin.
//!
//! How the conductor composes the file is not public. If it lists this plugin by itself, nothing has to be done.
//! Otherwise one marked block is added, and removed again later; every other byte stays the same. Pure: text in, text
//! out.

use std::fmt;

use bgpcs::PLUGIN;
use serde_yaml::{Mapping, Value};

/// The Salt environment, a top key of the file.
const ENVIRONMENT: &str = "plugins";

/// Every minion. The usual `'*'` may already be a key of the file, and a key can stand there only once.
const TARGET: &str = "**";

/// The indentation, if the file has no indented line to copy it from.
const INDENT: &str = "  ";

/// What to do with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopFileEdit {
    /// Write this content.
    Write(String),
    /// Delete it, since nothing else is in it.
    Delete,
    /// Leave it unchanged.
    Keep(KeepReason),
}

/// Why a file stays unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepReason {
    /// It already is as it should be.
    Right,
    /// The plugin is listed outside the marked block, by the conductor or by hand.
    ListedElsewhere,
    /// It is a template, or not a mapping of environments to which an entry can be added.
    NotPlainYaml,
    /// The first or the last line of the marked block is missing.
    BrokenBlock,
}

impl fmt::Display for KeepReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Right => "there is nothing to do",
            Self::ListedElsewhere => "the plugin is already listed in it, but not by this package",
            Self::NotPlainYaml => {
                "it is not plain YAML of the form environment, target, list; if the plugin's states and pillars are \
                 not applied, list the plugin by hand"
            }
            Self::BrokenBlock => {
                "the first or the last line of the marked block is missing; remove the rest of it by hand"
            },
        })
    }
}

/// Adds the plugin to a top file; an absent file is an empty text.
pub fn add(text: &str) -> TopFileEdit {
    let block = match find_block(text) {
        Ok(block) => block,
        Err(reason) => return TopFileEdit::Keep(reason),
    };
    if block.is_some() {
        return TopFileEdit::Keep(KeepReason::Right);
    }
    let Some(before) = parse(text) else { return TopFileEdit::Keep(KeepReason::NotPlainYaml) };
    if lists_plugin(&before) {
        return TopFileEdit::Keep(KeepReason::ListedElsewhere);
    }
    let added = insert(text);
    // Whatever the text looks like: the result has to mean what the text meant plus our entry, or it is not written.
    match parse(&added) {
        Some(after) if after == with_entry(before) => TopFileEdit::Write(added),
        _ => TopFileEdit::Keep(KeepReason::NotPlainYaml),
    }
}

/// Removes what [`add`] added.
pub fn remove(text: &str) -> TopFileEdit {
    match find_block(text) {
        Err(reason) => TopFileEdit::Keep(reason),
        Ok(None) => TopFileEdit::Keep(KeepReason::Right),
        Ok(Some(block)) => {
            let rest = cut(text, block);
            if rest.trim().is_empty() { TopFileEdit::Delete } else { TopFileEdit::Write(rest) }
        }
    }
}

fn begin_mark() -> String {
    format!("# BEGIN {PLUGIN} (managed by the package)")
}

fn end_mark() -> String {
    format!("# END {PLUGIN}")
}

/// The line of the environment, where it is added together with the block. The comment tells it from the conductor's.
fn environment_line() -> String {
    format!("{ENVIRONMENT}: # {PLUGIN} (managed by the package)\n")
}

/// The bytes of the marked block, from the start of its first line to the end of its last.
fn find_block(text: &str) -> Result<Option<std::ops::Range<usize>>, KeepReason> {
    let line_at = |mark: &str| {
        let mut start = 0;
        text.split_inclusive('\n').find_map(|line| {
            let range = start..start + line.len();
            start = range.end;
            (line.trim() == mark).then_some(range)
        })
    };
    match (line_at(&begin_mark()), line_at(&end_mark())) {
        (None, None) => Ok(None),
        (Some(begin), Some(end)) if begin.start < end.start => Ok(Some(begin.start..end.end)),
        _ => Err(KeepReason::BrokenBlock),
    }
}

/// The file as a mapping, if it is one in plain YAML; an empty file is an empty mapping.
fn parse(text: &str) -> Option<Mapping> {
    if text.starts_with("#!") || ["{%", "{{", "{#"].iter().any(|mark| text.contains(mark)) {
        return None;
    }
    match serde_yaml::from_str(text).ok()? {
        Value::Null => Some(Mapping::new()),
        Value::Mapping(environments) => Some(environments),
        _ => None,
    }
}

/// Whether a target of the environment has the plugin, or one of its files (`PLUGIN.install`).
fn lists_plugin(top: &Mapping) -> bool {
    let Some(Value::Mapping(targets)) = top.get(ENVIRONMENT) else { return false };
    let is_ours = |entry: &Value| {
        let rest = entry.as_str().and_then(|name| name.strip_prefix(PLUGIN));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    targets.values().filter_map(Value::as_sequence).flatten().any(is_ours)
}

/// The mapping that the file has to be after the plugin is added.
fn with_entry(mut top: Mapping) -> Mapping {
    let targets = top.entry(ENVIRONMENT.into()).or_insert(Value::Null);
    if targets.is_null() {
        *targets = Value::Mapping(Mapping::new());
    }
    if let Value::Mapping(targets) = targets {
        targets.insert(TARGET.into(), Value::Sequence(vec![PLUGIN.into()]));
    }
    top
}

/// Puts the block directly below the environment's line. If there is none, both go to the end.
fn insert(text: &str) -> String {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if is_environment(line) {
            let (head, tail) = text.split_at(end);
            return joined(head, &block(child_indent(tail)), tail);
        }
        start = end;
    }
    joined(text, &format!("{}{}", environment_line(), block(INDENT)), "")
}

/// `block` between `head` and `tail`. A text that does not end in a line feed still does not after that.
fn joined(head: &str, block: &str, tail: &str) -> String {
    if head.is_empty() || head.ends_with('\n') {
        format!("{head}{block}{tail}")
    } else {
        format!("{head}\n{}", block.trim_end_matches('\n'))
    }
}

fn block(indent: &str) -> String {
    let (begin, end) = (begin_mark(), end_mark());
    format!("{indent}{begin}\n{indent}'{TARGET}':\n{indent}{INDENT}- {PLUGIN}\n{indent}{end}\n")
}

fn is_environment(line: &str) -> bool {
    let key = line.strip_prefix(ENVIRONMENT).and_then(|rest| rest.trim_start().strip_prefix(':'));
    key.is_some_and(|rest| rest.trim().is_empty() || rest.trim_start().starts_with('#'))
}

/// The indentation of the first line with content, if that line belongs to the environment.
fn child_indent(tail: &str) -> &str {
    let content = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let first = tail.lines().find(content).unwrap_or_default();
    let indent = first.len() - first.trim_start().len();
    if indent == 0 { INDENT } else { first.get(..indent).unwrap_or(INDENT) }
}

/// The text without the block, and without the environment's line if that was added too and nothing else is below it.
fn cut(text: &str, block: std::ops::Range<usize>) -> String {
    let (mut head, rest) = text.split_at(block.start);
    let (block, tail) = rest.split_at(block.end - block.start);
    let added = environment_line();
    let mut kept_line = String::new();
    if let Some(before) = head.strip_suffix(&added) {
        head = before;
        let has_children = tail
            .lines()
            .find(|line| !line.trim().is_empty())
            .is_some_and(|line| line.starts_with([' ', '\t']));
        if has_children {
            kept_line = format!("{ENVIRONMENT}:\n");
        }
    }
    // The line feed before the block, if the file did not end in one before.
    if !block.ends_with('\n') && kept_line.is_empty() {
        head = head.strip_suffix('\n').unwrap_or(head);
    }
    format!("{head}{kept_line}{tail}")
}
