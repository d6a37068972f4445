//! The tasks that make a release: packages, their checks, a demonstration of them. [`cli`] lists them.
//!
//! Everything that checks the project is a program of its own, `xtask/checks/`, which uses this one: packages are built on a
//! machine with nothing but Rust while somebody waits, so what they need to be compiled is little.

pub mod cargo;
pub mod cli;
pub mod demo;
pub mod dist;
pub mod package;
pub mod release;
pub mod serve;
pub mod verify;
