//! PCLI text: `show config running`, indented and closed by `exit`, and `show config running flat`, one
//! `config authority …` line per value; also several snippets of either one after another.
//!
//! A key word that the schema does not know may open a block or be a value, which only the indentation of the next
//! line tells. Hence indentation counts in all of the text, and `exit` has to stand under the word that it closes.

pub(super) mod fault;
mod statement;

use std::io::BufRead;

use self::fault::{PcliError, PcliFault};
use self::statement::{Statement, Statements, Words};
use super::schema::{AUTHORITY, NodeKind, SchemaNode};
use super::sink::{End, Sink};

/// What a block begins with, and every flat line.
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
        passed_over: Vec::new(),
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
    /// The line before, when it may turn out to open a block or may not do so.
    previous: Option<Previous>,
    found: bool,
    end: End,
    /// The first line since the last part of the configuration that is none.
    noise: Option<usize>,
    /// What the flat line that was passed over last begins with, up to the key word that is not read. Most lines begin
    /// as the one before, and then need no second look.
    passed_over: Vec<u8>,
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
                None => self.unknown(statement),
            },
        }
        Ok(())
    }

    /// A line that is not inside a block: the start of one, a flat line, or what came along with the paste.
    fn outside(&mut self, statement: &Statement<'_>) -> Result<(), PcliFault> {
        if self.is_passed_over(statement) {
            return self.flat_line(statement);
        }
        let statement = statement.after_prompt();
        let mut words = statement.text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let [config, authority] = [CONFIG, AUTHORITY.name].map(|name| Some(name.as_bytes()));
        let level = match [words.next(), words.next()] {
            [first, None] if first == config => PcliLevel::Envelope,
            [first, None] if first == authority => PcliLevel::Known(&AUTHORITY),
            [first, second] if first == config && second == authority => return self.flat(&statement),
            _ => return self.noise(&statement),
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
            self.pass_over(statement, &rest);
            return Ok(());
        }
        self.sink.enter(&AUTHORITY);
        self.descend(&AUTHORITY, &mut words)?;
        self.sink.leave(&AUTHORITY);
        Ok(())
    }

    /// What a line of flat text is, whatever it says.
    fn flat_line(&mut self, statement: &Statement<'_>) -> Result<(), PcliFault> {
        self.part_begins()?;
        if !statement.ended {
            return Err(PcliFault::Truncated);
        }
        self.end = End::Unmarked;
        self.found = true;
        Ok(())
    }

    /// Remembers what the line begins with, up to `rest`. A single quote that ends no word looks for its other one
    /// beyond that, so that the next line's words can be others although it begins the same.
    fn pass_over(&mut self, statement: &Statement<'_>, rest: &Words<'_>) {
        self.passed_over.clear();
        let begins = statement.text.strip_suffix(rest.text()).unwrap_or_default();
        if !begins.contains(&b'\'') {
            self.passed_over.extend_from_slice(begins);
        }
    }

    fn is_passed_over(&self, statement: &Statement<'_>) -> bool {
        !self.passed_over.is_empty()
            && statement
                .text
                .strip_prefix(&self.passed_over[..])
                .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
    }

    /// A line that is no configuration.
    fn noise(&mut self, statement: &Statement<'_>) -> Result<(), PcliFault> {
        if statement.prompted {
            self.end = End::Seen;
        } else if self.found && !statement.ended {
            // It may be the start of a line that belongs to the configuration.
            return Err(PcliFault::Truncated);
        } else {
            self.noise.get_or_insert(statement.line);
        }
        Ok(())
    }

    /// What stands between two parts is not known to be harmless, as what stands before the first one is.
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

    /// Remembers a line that is skipped, with its block if it has one.
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

    /// What follows `config` on one flat line: key words down to a value, or to one that is not read.
    fn descend(&mut self, parent: &'static SchemaNode, words: &mut Words<'_>) -> Result<(), PcliFault> {
        let Some(word) = words.next().transpose()? else { return Ok(()) };
        let Some(node) = parent.child(word) else { return Ok(()) };
        self.step(node, words)?;
        if !node.is_leaf() {
            self.descend(node, words)?;
            self.sink.leave(node);
        }
        Ok(())
    }

    /// Tells the sink of a node, with the key or the values that follow its name.
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

/// What follows the first key word of a flat line that is not read, if nothing is to be told of the line; so it is with
/// most.
fn unread<'t>(mut parent: &'static SchemaNode, mut words: Words<'t>) -> Option<Words<'t>> {
    while let Some(Ok(word)) = words.next() {
        match parent.child(word) {
            None => return Some(words).filter(|_| !parent.counts_when_empty()),
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
