//! The `top.sls` of the `plugins` environment, which belongs to the conductor and lists the states or pillars of
//! every plugin.
//!
//! How the conductor composes that file is not public. Where it lists this plugin by itself, nothing is to be done;
//! else one marked block is added and taken away again, and every other byte stays as it was. Pure: text in, text
//! out.

use std::fmt;

use bgpcs::PLUGIN;
use serde_yaml::{Mapping, Value};

/// The Salt environment, a top key of the file.
const ENVIRONMENT: &str = "plugins";

/// Every minion, written in a way that does not collide with the usual `'*'`.
const TARGET: &str = "**";

/// The indentation in a file that shows none.
const INDENT: &str = "  ";

/// What becomes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopFileEdit {
    /// It gets this content.
    Write(String),
    /// It goes, since nothing else was in it.
    Delete,
    /// It stays as it is.
    Keep(KeepReason),
}

/// Why a file stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepReason {
    /// It is as it should be.
    Right,
    /// The plugin is listed outside the marked block, by the conductor or by hand.
    ListedElsewhere,
    /// It is rendered by other means than YAML, or not a mapping of environments that can be added to.
    NotPlainYaml,
    /// A marked block begins and does not end, or the other way round.
    BrokenBlock,
}

impl fmt::Display for KeepReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Right => "it is as it should be",
            Self::ListedElsewhere => "the plugin is listed in it already, not by this package",
            Self::NotPlainYaml => {
                "it is not plain YAML of the form environment, target, list; list the plugin by hand where its \
                 states and pillars are not applied"
            }
            Self::BrokenBlock => "the marked block in it lacks its first or last line; remove the rest by hand",
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
    // Whatever the text looked like: the result means what the text meant and our entry, or it is not written.
    match parse(&added) {
        Some(after) if after == with_entry(before) => TopFileEdit::Write(added),
        _ => TopFileEdit::Keep(KeepReason::NotPlainYaml),
    }
}

/// Takes away what [`add`] added.
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

/// The environment's line when it was added with the block.
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

/// The file's meaning, if it is a mapping in plain YAML; an empty file is an empty mapping.
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

/// Whether some target of the environment has the plugin, or one of its files by name.
fn lists_plugin(top: &Mapping) -> bool {
    let Some(Value::Mapping(targets)) = top.get(ENVIRONMENT) else { return false };
    let is_ours = |entry: &Value| {
        let rest = entry.as_str().and_then(|name| name.strip_prefix(PLUGIN));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    targets.values().filter_map(Value::as_sequence).flatten().any(is_ours)
}

/// What the file has to mean once the plugin is added.
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

/// Puts the block right below the environment's line, or that line and the block at the end.
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

/// The lines of `block` between `head` and `tail`; a text without a final line feed stays one.
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

/// The indentation of the first line that has content, when that belongs to the environment.
fn child_indent(tail: &str) -> &str {
    let content = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let first = tail.lines().find(content).unwrap_or_default();
    let indent = first.len() - first.trim_start().len();
    if indent == 0 { INDENT } else { first.get(..indent).unwrap_or(INDENT) }
}

/// The text without its block, and without the environment's line where that was added and now has no content.
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
    // The final line feed that the file did not have before.
    if !block.ends_with('\n') && kept_line.is_empty() {
        head = head.strip_suffix('\n').unwrap_or(head);
    }
    format!("{head}{kept_line}{tail}")
}
