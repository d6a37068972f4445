//! Why PCLI text cannot be used.

use std::io;

use bgpcs::Quoted;

/// PCLI text that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct PcliError {
    /// The line at which that showed, from 1.
    pub line: usize,
    /// Why.
    #[source]
    pub fault: PcliFault,
}

/// Why PCLI text cannot be used. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
pub enum PcliFault {
    /// The file or standard input gave an error.
    #[error("{0}")]
    Input(#[from] io::Error),
    /// Nothing in it is configuration.
    #[error("no authority up to here; expected a config block or lines that start with config authority")]
    NoAuthority,
    /// It ends inside a block.
    #[error("the text ends, but the block that line {opened} opens has no exit, so the text was cut off")]
    Unclosed {
        /// The block's first line.
        opened: usize,
    },
    /// Its last line has no end.
    #[error("the text ends in the middle of this line, so it was cut off")]
    Truncated,
    /// A block ends without an exit.
    #[error(
        "expected the exit of the block that line {opened} opens, or deeper indentation than that line's"
    )]
    ExitExpected {
        /// The block's first line.
        opened: usize,
    },
    /// An exit that closes no block.
    #[error(
        "this exit does not stand under the block that line {opened} opens; an exit is missing or too many"
    )]
    ExitElsewhere {
        /// The innermost block's first line.
        opened: usize,
    },
    /// A value with something below it.
    #[error("this line is indented below line {above}, which is a value and has no block")]
    UnderValue {
        /// The value's line.
        above: usize,
    },
    /// Something else between two parts of the configuration.
    #[error("line {noise} before it is no configuration; remove what is not part of it")]
    Noise {
        /// Its first line.
        noise: usize,
    },
    /// More values than a leaf or a key can have.
    #[error("{} has too many words; put a text with blanks into double quotes", Quoted(.name))]
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
    /// A text that begins with a double quote and does not end.
    #[error("the double quote is not closed before the text ends, so the text was cut off")]
    OpenQuote,
    /// A quoted text that goes on.
    #[error("a closing double quote is followed by more text; write a quote inside a text as \\\"")]
    AfterQuote,
    /// More than any value has.
    #[error("this is longer than {limit} bytes, so a double quote is not closed")]
    TooLong {
        /// How many bytes a line may have, with those that a quote or a backslash joins to it.
        limit: usize,
    },
    /// A value in another encoding.
    #[error("this is not UTF-8, expected text in that encoding")]
    NotUtf8,
}
