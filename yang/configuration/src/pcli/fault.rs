//! Why PCLI text cannot be used.

use std::io;

use bgpcs::Quoted;

/// PCLI text that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct PcliError {
    /// The line where it was found, counted from 1.
    pub line: usize,
    /// Why.
    #[source]
    pub fault: PcliFault,
}

/// Why PCLI text cannot be used. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
pub enum PcliFault {
    /// Reading the file or standard input failed.
    #[error("{0}")]
    Input(#[from] io::Error),
    /// It has no configuration.
    #[error(
        "there is no authority up to here; expected a config block or lines that start with config authority"
    )]
    NoAuthority,
    /// It ends inside a block.
    #[error("the block that line {opened} opens has no exit before the text ends, so the text was cut off")]
    Unclosed {
        /// The block's first line.
        opened: usize,
    },
    /// Its last line has no end.
    #[error("the text ends in the middle of this line, so it was cut off")]
    Truncated,
    /// A block ends without an exit.
    #[error(
        "expected the exit of the block that line {opened} opens, or a line that is indented more than that one"
    )]
    ExitExpected {
        /// The block's first line.
        opened: usize,
    },
    /// An exit with the indentation of no open block.
    #[error(
        "this exit is not indented as line {opened}, whose block is still open; an exit is missing or too many"
    )]
    ExitElsewhere {
        /// The innermost block's first line.
        opened: usize,
    },
    /// A line below a value.
    #[error("this line is indented more than line {above}, which is a value and opens no block")]
    UnderValue {
        /// The line of the value.
        above: usize,
    },
    /// Other text between two parts of the configuration.
    #[error("line {noise} is not part of the configuration; remove such lines between its parts")]
    Noise {
        /// Its first line.
        noise: usize,
    },
    /// A line that deletes something.
    #[error("the line begins with {}, so this is a change and not a configuration", Quoted(.word))]
    Change {
        /// Its first word.
        word: &'static str,
    },
    /// A line of a Jinja template.
    #[error("the line is part of a Jinja template, expected the configuration that is made from it")]
    Template,
    /// A keyword with a character that no keyword has.
    #[error("{} is not a keyword, for these have ASCII characters only", Quoted(.word))]
    Keyword {
        /// As it was written.
        word: String,
    },
    /// A word that begins with a quote of a word processor.
    #[error("{} begins with a typographic quote, expected \" or no quote", Quoted(.word))]
    TypographicQuote {
        /// As it was written.
        word: String,
    },
    /// More words than a leaf or a key can have.
    #[error("{} has too many words; put a text with blanks in double quotes", Quoted(.name))]
    TooManyWords {
        /// The leaf or the list.
        name: &'static str,
    },
    /// A leaf or a list without its value or key.
    #[error("{} has no value, expected one after it on the same line", Quoted(.name))]
    NoValue {
        /// The leaf or the list.
        name: &'static str,
    },
    /// A double quote that is not closed.
    #[error("the double quote is not closed before the text ends, so the text was cut off")]
    OpenQuote,
    /// Text directly after a closing double quote.
    #[error("a closing double quote is followed by more text; write a quote inside a text as \\\"")]
    AfterQuote,
    /// A line that is longer than any value.
    #[error("this is longer than {limit} bytes, so a double quote is not closed")]
    TooLong {
        /// How many bytes a line may have, with those that a quote or a backslash joins to it.
        limit: usize,
    },
    /// A value that is not UTF-8.
    #[error("this is not UTF-8, expected text in that encoding")]
    NotUtf8,
}
