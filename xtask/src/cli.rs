//! The command line of the tasks.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::bench::Half;

/// A task and what it is told.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The tasks of BGP Community Services",
    version
)]
pub struct Arguments {
    #[command(subcommand)]
    /// What to do.
    pub task: Task,
}

/// The tasks.
#[derive(Subcommand)]
pub enum Task {
    /// Show the whole way on this machine, from a configuration to prefixes by application; needs only Rust
    Demo,
    /// Build the packages, for each distribution, with checksums and bills of materials beside them
    Dist(DistArguments),
    /// Check a directory of packages: checksums, signatures, contents, static programs; a line for each file
    Verify {
        /// The directory that dist filled
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        /// The file of the public key by which everything must be signed; without it signatures are not checked
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Serve the repositories that `dist --repo` laid out over HTTP, until interrupted
    Serve {
        /// The directory to serve [default: target/packages/repository]
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
        /// The address and port to listen on
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8128")]
        listen: SocketAddr,
    },
    /// Play the plugin's life under a real Salt master, dnf and bgpd, on hosts of their own; as root on Debian
    Lab(LabArguments),
    /// Print the notes of this release in the vendor's form
    ReleaseNotes,
    /// Install what the tests run besides Rust (as root on Debian; elsewhere say what is missing)
    Setup,
    /// Run every test there is; installs what it needs like setup
    Test,
    /// Measure both halves, or one, beside a named peer on the same work, and print tables of figures
    Bench {
        /// What to measure [default: both]
        #[arg(value_enum)]
        half: Option<Half>,
    },
    /// Run every fuzz target on a number of inputs
    Fuzz {
        /// How many inputs for each target
        #[arg(long, value_name = "NUMBER", default_value_t = 20_000)]
        inputs: u32,
    },
    /// Check the licences and origins of all dependencies, and known advisories where a database is at hand
    Deny,
    /// Check that the source tree keeps to the invariants of ARCHITECTURE.md
    Tidy,
}

/// What the lab plays.
#[derive(Args)]
pub struct LabArguments {
    /// The numbers of the scenarios to play [default: all]
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<usize>,
    /// Leave the hosts up, and print how to enter each of them
    #[arg(long)]
    pub keep: bool,
    /// Instead of scenarios, measure what thousands of nodes cost the Salt master
    #[arg(long, conflicts_with = "scenarios")]
    pub scale: bool,
}

/// What dist leaves, and where.
#[derive(Args)]
pub struct DistArguments {
    /// The directory that gets them [default: target/packages]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Sign packages and checksums with this RSA key of gpg's keyring
    #[arg(long, value_name = "KEY")]
    pub sign: Option<String>,
    /// Lay out a repository per distribution, in the directory `repository` beside the packages
    #[arg(long)]
    pub repo: bool,
    /// Print what was built as JSON
    #[arg(long)]
    pub json: bool,
}
