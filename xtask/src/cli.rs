//! The command line of the tasks.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::dist::DistOptions;

/// The command line.
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
    /// Say nothing of the steps of a task, only its results
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// The tasks.
#[derive(Subcommand)]
pub enum Task {
    /// Show the whole flow on this machine, from a configuration to prefixes by application; needs only Rust
    Demo,
    /// Build the packages for each distribution, with checksums and bills of materials
    Dist(DistOptions),
    /// Check a directory of packages: checksums, signatures, contents, static programs; prints a line per file
    Verify {
        /// The directory that dist wrote
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        /// The public key with which everything must be signed [default: signatures are not checked]
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Serve the repositories of `dist --repo` over HTTP, until interrupted
    Serve {
        /// The directory to serve [default: target/packages/repository]
        #[arg(value_name = "DIR")]
        directory: Option<PathBuf>,
        /// The address and port to listen on
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8128")]
        listen: SocketAddr,
    },
    /// Print the release notes of this version in the vendor's form
    ReleaseNotes,
    /// One that the program of the checks has.
    #[command(flatten)]
    Check(Check),
}

/// The tasks of the program in `xtask/checks/`.
#[derive(Subcommand)]
pub enum Check {
    /// Play the plugin's life with a real Salt master, dnf and bgpd, on separate hosts; as root on Debian
    Lab(LabOptions),
    /// Install what the tests need besides Rust (as root on Debian; elsewhere say what is missing)
    Setup {
        /// Fetch no other releases of the routing engines; say which are missing
        #[arg(long)]
        offline: bool,
    },
    /// Run all tests, the demonstration and the lab; installs what they need, as setup does
    Test {
        /// Run only what needs no root, no daemon and no installed tool: tidy, format, lints, and all tests except those
        /// in modules called `real`; installs nothing
        #[arg(long)]
        quick: bool,
        /// Skip, and name, the releases of routing engines that are not on this machine, instead of fetching them
        #[arg(long, conflicts_with = "quick")]
        offline: bool,
    },
    /// Play the conformance scenarios on other releases of the routing engines than `test` does
    Matrix(MatrixOptions),
    /// Print what each part of the router's program costs in bytes
    Sizes,
    /// Measure the generator, the module or the asking of a fleet beside another program for the same work, and print tables
    Bench {
        /// What to measure [default: generator and module]
        #[arg(value_enum)]
        subject: Option<Subject>,
    },
    /// Run every fuzz target with a number of inputs
    Fuzz {
        /// The number of inputs for each target
        #[arg(long, value_name = "NUMBER", default_value_t = 20_000)]
        inputs: u32,
    },
    /// Check licences and origins of all dependencies, and known advisories if their database is on this machine
    Deny {
        /// Check known advisories, and fail if their database is not on this machine
        #[arg(long)]
        advisories: bool,
    },
    /// Check the rules of ARCHITECTURE.md that can be read in the source tree
    Tidy,
}

/// What the lab does.
#[derive(Debug, Args, Default)]
pub struct LabOptions {
    /// The scenarios to play [default: all, in the order of --list]
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<String>,
    /// Print the scenarios, and play none
    #[arg(long, conflicts_with_all = ["scenarios", "keep", "scale"])]
    pub list: bool,
    /// Leave the hosts up, and print how to enter each of them
    #[arg(long)]
    pub keep: bool,
    /// Instead of scenarios, measure what thousands of nodes cost the Salt master
    #[arg(long, conflicts_with = "scenarios")]
    pub scale: bool,
}

/// Which releases the conformance scenarios are played on.
#[derive(Debug, Args)]
pub struct MatrixOptions {
    /// The suites of Debian whose routing engines are tried: bullseye, bookworm, trixie, or sid, which moves and is only
    /// reported
    #[arg(long, value_name = "SUITE", default_value = "sid", conflicts_with = "bgpd")]
    pub suite: Vec<String>,
    /// Try this bgpd instead
    #[arg(long, value_name = "PATH")]
    pub bgpd: Option<PathBuf>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// The pillar generator beside one that builds the whole tree, on an authority of ten thousand routers
    Generator,
    /// The module beside the obvious client, on a bgpd with a million routes
    Module,
    /// What asking all nodes costs: real minions beside `test.ping` of the same, as root on Debian; and the answers of
    /// thousands
    Fleet,
}
