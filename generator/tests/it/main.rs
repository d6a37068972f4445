//! Tests of the generator through its command.

mod conductor;
mod scenarios;
