//! PCLI text: the output of `show config running`, with indented blocks that end with `exit`, and of `show config
//! running flat`, with one `config authority …` line per value; also several snippets of these in one text.
//!
//! A keyword that the schema does not know may open a block or be a value; only the indentation of the next line tells.
//! Therefore the indentation matters in the whole text, and `exit` has to have that of the line whose block it closes.

pub(super) mod fault;
mod statement;

use std::io::BufRead;

use self::fault::{PcliError, PcliFault};
use self::statement::{Statement, Statements, Words};
use super::schema::{AUTHORITY, NodeKind, SchemaNode};
use super::sink::{End, Sink};
use super::template;

/// The first word of a block and of every flat line.
const CONFIG: &str = "config";

pub(super) fn read(input: impl BufRead, sink: &mut impl Sink) -> Result<End, PcliError> {
    let mut statements = Statements::new(input);
    let mut document = PcliDocument {
        sink,
        open: Vec::new(),
        previous: None,
        found: false,
        end: End::Seen,
        noise: None,
        skipped: Vec::new(),
    };
    let result = loop {
        match statements.next() {
            Ok(Some(statement)) => {
                if let Err(fault) = document.statement(&statement) {
                    break Err(fault);
                }
            }
            Ok(None) => break document.finish(),
            Err(fault) => break Err(fault),
        }
    };
    result.map_err(|fault| PcliError { line: statements.line(), fault })
}

struct PcliDocument<'s, S> {
    sink: &'s mut S,
    /// The blocks around the current line, from the outermost.
    open: Vec<Block>,
    /// The previous line, if only the current one tells whether it opens a block, or if it must not open one.
    previous: Option<Previous>,
    found: bool,
    end: End,
    /// The first line after the last part of the configuration that does not belong to it.
    noise: Option<usize>,
    /// The start of the last flat line that was skipped, up to the keyword that is not read. Most lines start like the
    /// previous one, and are then skipped at once.
    skipped: Vec<u8>,
}

struct Block {
    line: usize,
    indent: usize,
    level: PcliLevel,
}

#[derive(Clone, Copy)]
enum PcliLevel {
    Envelope,
    Known(&'static SchemaNode),
    Skipped,
}

struct Previous {
    line: usize,
    indent: usize,
    is_leaf: bool,
}

impl<S: Sink> PcliDocument<'_, S> {
    fn statement(&mut self, statement: &Statement<'_>) -> Result<(), PcliFault> {
        if self.open.is_empty() {
            return self.outside(statement);
        }
        let first = statement.first_word();
        check_keyword(first)?;
        if let Some(previous) = self.previous.take() {
            if first == b"exit" && statement.indent == previous.indent && !previous.is_leaf {
                return Ok(());
            }
            if statement.indent > previous.indent {
                if previous.is_leaf {
                    return Err(PcliFault::UnderValue { above: previous.line });
                }
                let Previous { line, indent, .. } = previous;
                self.open.push(Block { line, indent, level: PcliLevel::Skipped });
            }
        }
        let Some(block) = self.open.last() else { return Ok(()) };
        if first == b"exit" {
            return self.exit(statement);
        }
        if statement.indent <= block.indent {
            return Err(PcliFault::ExitExpected { opened: block.line });
        }
        match block.level {
            PcliLevel::Skipped => self.unknown(statement),
            PcliLevel::Envelope if first == AUTHORITY.name.as_bytes() => self.known(&AUTHORITY, statement)?,
            PcliLevel::Envelope => self.unknown(statement),
            PcliLevel::Known(parent) => match parent.child(first) {
                Some(node) => self.known(node, statement)?,
                None => {
                    self.tell_unknown(parent, first);
                    self.unknown(statement);
                }
            },
        }
        Ok(())
    }

    /// A line that is not inside a block: the start of a block, a flat line, or something else that was pasted too.
    fn outside(&mut self, statement: &Statement<'_>) -> Result<(), PcliFault> {
        if self.is_skipped(statement) {
            return self.flat_line(statement);
        }
        let statement = statement.after_prompt();
        let mut words = statement.text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let [config, authority] = [CONFIG, AUTHORITY.name].map(|name| Some(name.as_bytes()));
        let level = match [words.next(), words.next()] {
            [first, None] if first == config => PcliLevel::Envelope,
            [first, None] if first == authority => PcliLevel::Known(&AUTHORITY),
            [first, second] if first == config && second == authority => return self.flat(&statement),
            // The PCLI's own command for it.
            [Some(b"no"), second] if second == config => return Err(PcliFault::Change { word: "no" }),
            [Some(first), _] => {
                check_keyword(first)?;
                return self.noise(&statement);
            }
            [None, _] => return self.noise(&statement),
        };
        self.part_begins()?;
        self.enter(level, &statement);
        Ok(())
    }

    /// One line of flat text.
    fn flat(&mut self, statement: &Statement<'_>) -> Result<(), PcliFault> {
        self.flat_line(statement)?;
        let mut words = statement.words();
        words.nth(1);
        if let Some(rest) = unread(&AUTHORITY, words.clone()) {
            self.skip(statement, &rest);
            return Ok(());
        }
        self.sink.enter(&AUTHORITY);
        self.descend(&AUTHORITY, &mut words)?;
        self.sink.leave(&AUTHORITY);
        Ok(())
    }

    /// What has to be done for every flat line.
    fn flat_line(&mut self, statement: &Statement<'_>) -> Result<(), PcliFault> {
        self.part_begins()?;
        if !statement.ended {
            return Err(PcliFault::Truncated);
        }
        self.end = End::Unmarked;
        self.found = true;
        Ok(())
    }

    /// Remembers the start of the line, up to `rest`. Not if it has a single quote: whether that is an apostrophe
    /// depends on the rest of the line, so another line with the same start can have other words.
    fn skip(&mut self, statement: &Statement<'_>, rest: &Words<'_>) {
        self.skipped.clear();
        let begins = statement.text.strip_suffix(rest.text()).unwrap_or_default();
        if !begins.contains(&b'\'') {
            self.skipped.extend_from_slice(begins);
        }
    }

    fn is_skipped(&self, statement: &Statement<'_>) -> bool {
        !self.skipped.is_empty()
            && statement
                .text
                .strip_prefix(&self.skipped[..])
                .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
    }

    /// A line that does not belong to the configuration.
    fn noise(&mut self, statement: &Statement<'_>) -> Result<(), PcliFault> {
        if statement.prompted {
            self.end = End::Seen;
        } else if self.found && !statement.ended {
            // It may be the start of a line of the configuration that was cut off.
            return Err(PcliFault::Truncated);
        } else {
            self.noise.get_or_insert(statement.line);
        }
        Ok(())
    }

    /// Refuses other text between two parts of the configuration: it could be a damaged part. Before the first one it
    /// is ignored.
    fn part_begins(&mut self) -> Result<(), PcliFault> {
        match self.noise.take() {
            Some(line) if self.found => Err(PcliFault::Noise { noise: line }),
            _ => Ok(()),
        }
    }

    fn exit(&mut self, statement: &Statement<'_>) -> Result<(), PcliFault> {
        let Some(block) = self.open.pop() else { return Ok(()) };
        if block.indent != statement.indent {
            return Err(PcliFault::ExitElsewhere { opened: block.line });
        }
        if let PcliLevel::Known(node) = block.level {
            self.sink.leave(node);
        }
        Ok(())
    }

    /// Tells the sink of a keyword below a node of ours that the schema does not know.
    fn tell_unknown(&mut self, parent: &'static SchemaNode, keyword: &[u8]) {
        if parent.is_ours() {
            self.sink.unknown(parent, &String::from_utf8_lossy(keyword));
        }
    }

    /// Skips a line, and its block if it turns out to have one.
    fn unknown(&mut self, statement: &Statement<'_>) {
        self.previous = Some(Previous { line: statement.line, indent: statement.indent, is_leaf: false });
    }

    fn enter(&mut self, level: PcliLevel, statement: &Statement<'_>) {
        if let PcliLevel::Known(node) = level {
            self.found = true;
            self.sink.enter(node);
        }
        self.open.push(Block { line: statement.line, indent: statement.indent, level });
    }

    /// A line inside a block whose first word the schema knows.
    fn known(&mut self, node: &'static SchemaNode, statement: &Statement<'_>) -> Result<(), PcliFault> {
        let mut words = statement.words();
        words.next();
        if node.is_leaf() {
            self.step(node, &mut words)?;
            let Statement { line, indent, .. } = *statement;
            self.previous = Some(Previous { line, indent, is_leaf: true });
        } else {
            self.step(node, &mut words)?;
            words.expect_end(node)?;
            self.found = true;
            let Statement { line, indent, .. } = *statement;
            self.open.push(Block { line, indent, level: PcliLevel::Known(node) });
        }
        Ok(())
    }

    /// Follows the keywords of a flat line down to its value, or to a keyword that is not read.
    fn descend(&mut self, parent: &'static SchemaNode, words: &mut Words<'_>) -> Result<(), PcliFault> {
        let Some(word) = words.next().transpose()? else { return Ok(()) };
        check_keyword(&word)?;
        let Some(node) = parent.child(&word) else {
            self.tell_unknown(parent, &word);
            return Ok(());
        };
        self.step(node, words)?;
        if !node.is_leaf() {
            self.descend(node, words)?;
            self.sink.leave(node);
        }
        Ok(())
    }

    /// Passes a node to the sink, with the key or the values that follow its name.
    fn step(&mut self, node: &'static SchemaNode, words: &mut Words<'_>) -> Result<(), PcliFault> {
        match node.kind {
            NodeKind::Container => self.sink.enter(node),
            NodeKind::List { key } => {
                let value = words.value(node)?;
                self.sink.enter(node);
                if let Some(key) = node.child(key) {
                    self.sink.leaf(key, &value);
                }
            }
            NodeKind::Leaf => {
                let value = words.value(node)?;
                words.expect_end(node)?;
                self.sink.leaf(node, &value);
            }
            NodeKind::Empty => self.sink.leaf(node, ""),
            NodeKind::LeafList => {
                self.sink.leaf(node, &words.value(node)?);
                while let Some(value) = words.next_text() {
                    self.sink.leaf(node, &value?);
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<End, PcliFault> {
        match self.open.last() {
            Some(block) => Err(PcliFault::Unclosed { opened: block.line }),
            None if self.found => Ok(self.end),
            None => Err(PcliFault::NoAuthority),
        }
    }
}

/// The first word of a line of a change, as `compare config` prints it; no node of the model has that name.
const DELETE: &str = "delete";

/// Refuses the first word of a line that no line of a configuration has.
fn check_keyword(word: &[u8]) -> Result<(), PcliFault> {
    if word == DELETE.as_bytes() {
        return Err(PcliFault::Change { word: DELETE });
    }
    if template::MARKS.iter().any(|mark| word.starts_with(mark.as_bytes())) {
        return Err(PcliFault::Template);
    }
    if !word.is_ascii() {
        return Err(PcliFault::Keyword { word: String::from_utf8_lossy(word).into_owned() });
    }
    Ok(())
}

/// The words after the first keyword that is not read, if the line has nothing for the sink, as most lines.
fn unread<'t>(mut parent: &'static SchemaNode, mut words: Words<'t>) -> Option<Words<'t>> {
    while let Some(Ok(word)) = words.next() {
        match parent.child(&word) {
            None if parent.counts_when_empty() || parent.is_ours() || check_keyword(&word).is_err() => {
                return None;
            }
            None => return Some(words),
            Some(node) if node.is_leaf() => return None,
            Some(node) => {
                if matches!(node.kind, NodeKind::List { .. }) {
                    words.next();
                }
                parent = node;
            }
        }
    }
    None
}
