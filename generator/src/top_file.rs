//! The text of a `top.sls` of the `plugins` environment. The conductor owns that file; it lists the states or pillars
//! of every plugin.
//!
//! How the conductor composes the file is not public. If it lists this plugin by itself, nothing has to be done.
//! Otherwise one marked block is added, and removed again later; every other byte stays the same. Pure: text in, text
//! out.

use std::fmt;
use std::ops::Range;

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

/// Adds the plugin to a top file; none for an absent file. Of several marked blocks the first one stays.
pub fn add(text: Option<&str>) -> TopFileEdit {
    let environment = if text == Some("") { IN_EMPTY_FILE } else { ADDED };
    let text = text.unwrap_or_default();
    let blocks = match find_blocks(text) {
        Ok(blocks) => blocks,
        Err(reason) => return TopFileEdit::Keep(reason),
    };
    match blocks.as_slice() {
        [] => {}
        [_] => return TopFileEdit::Keep(KeepReason::Right),
        [_, repeated @ ..] => return TopFileEdit::Write(without(text, repeated).0),
    }
    let Some(before) = parse(text) else { return TopFileEdit::Keep(KeepReason::NotPlainYaml) };
    if lists_plugin(&before) {
        return TopFileEdit::Keep(KeepReason::ListedElsewhere);
    }
    let added = insert(text, environment);
    // Whatever the text looks like: the result has to mean what the text meant plus our entry, or it is not written.
    match parse(&added) {
        Some(after) if after == with_entry(before) => TopFileEdit::Write(added),
        _ => TopFileEdit::Keep(KeepReason::NotPlainYaml),
    }
}

/// Removes what [`add`] added, however often it is there. A file that [`add`] created goes, if nothing was added since.
pub fn remove(text: &str) -> TopFileEdit {
    match find_blocks(text) {
        Err(reason) => TopFileEdit::Keep(reason),
        Ok(blocks) if blocks.is_empty() => TopFileEdit::Keep(match parse(text) {
            Some(top) if lists_plugin(&top) => KeepReason::ListedElsewhere,
            _ => KeepReason::Right,
        }),
        Ok(blocks) => match without(text, &blocks) {
            (rest, false) if rest.is_empty() => TopFileEdit::Delete,
            (rest, _) => TopFileEdit::Write(rest),
        },
    }
}

/// The text without these blocks, and whether the file was empty before the plugin was added.
fn without(text: &str, blocks: &[Range<usize>]) -> (String, bool) {
    let mut rest = text.to_owned();
    let mut was_empty = false;
    // From the end, so that the earlier ones stay where they are.
    for block in blocks.iter().rev() {
        let (cut, in_empty_file) = cut(&rest, block.clone());
        rest = cut;
        was_empty |= in_empty_file;
    }
    (rest, was_empty)
}

fn begin_mark() -> String {
    format!("# BEGIN {PLUGIN} ({ADDED})")
}

fn end_mark() -> String {
    format!("# END {PLUGIN}")
}

/// How the package's own lines are marked; in a file that was there and empty, so that it stays when they go.
const ADDED: &str = "managed by the package";
const IN_EMPTY_FILE: &str = "managed by the package, in an empty file";

/// The line of the environment, where it is added together with the block. The comment tells it from the conductor's.
fn environment_line(mark: &str) -> String {
    format!("{ENVIRONMENT}: # {PLUGIN} ({mark})\n")
}

/// The bytes of each marked block, from the start of its first line to the end of its last.
fn find_blocks(text: &str) -> Result<Vec<Range<usize>>, KeepReason> {
    let (begin, end) = (begin_mark(), end_mark());
    let mut blocks = Vec::new();
    let mut open = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let after = start + line.len();
        if line.trim() == begin {
            if open.replace(start).is_some() {
                return Err(KeepReason::BrokenBlock);
            }
        } else if line.trim() == end {
            blocks.push(open.take().ok_or(KeepReason::BrokenBlock)?..after);
        }
        start = after;
    }
    if open.is_some() { Err(KeepReason::BrokenBlock) } else { Ok(blocks) }
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
fn insert(text: &str, environment: &str) -> String {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if is_environment(line) {
            let (head, tail) = text.split_at(end);
            return joined(head, &block(child_indent(tail)), tail);
        }
        start = end;
    }
    joined(text, &format!("{}{}", environment_line(environment), block(INDENT)), "")
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

/// The text without the block, and without the environment's line if that was added too and nothing else is below it; and
/// whether that line says that the file was empty.
fn cut(text: &str, block: Range<usize>) -> (String, bool) {
    let (mut head, rest) = text.split_at(block.start);
    let (block, tail) = rest.split_at(block.end - block.start);
    let mut kept_line = String::new();
    let line = [ADDED, IN_EMPTY_FILE].into_iter().find(|mark| head.ends_with(&environment_line(mark)));
    if let Some(before) = line.and_then(|mark| head.strip_suffix(&environment_line(mark))) {
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
    (format!("{head}{kept_line}{tail}"), line == Some(IN_EMPTY_FILE))
}
