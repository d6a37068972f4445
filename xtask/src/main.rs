//! The project's tasks: packages, demonstration, tests. `cargo xtask help` lists them.

mod command;
mod demo;
mod dist;
mod package;
mod setup;
mod spec;
mod template;
mod test;
mod tidy;
mod workspace;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The tasks of BGP Community Services",
    version
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Show the whole way on this machine, from a configuration to prefixes by application; needs only Rust
    Demo,
    /// Build the packages, for each distribution, and SHA256SUMS beside them
    Dist {
        /// The directory that gets them [default: target/packages]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Install what the tests run besides Rust (as root on Debian; elsewhere say what is missing)
    Setup,
    /// Run every test there is; installs what it needs like setup
    Test,
    /// Check that the source tree keeps to the invariants of ARCHITECTURE.md
    Tidy,
}

fn main() -> ExitCode {
    let result: Result<(), Box<dyn Error>> = match Arguments::parse().task {
        Task::Demo => demo::run().map_err(Into::into),
        Task::Dist { out } => dist_packages(out),
        Task::Setup => setup::run().map_err(Into::into),
        Task::Test => test::run().map_err(Into::into),
        Task::Tidy => tidy::run().map_err(Into::into),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dist_packages(out: Option<PathBuf>) -> Result<(), Box<dyn Error>> {
    let settings = out.map_or_else(dist::Settings::default, |out| dist::Settings { out });
    for path in dist::run(&settings)? {
        println!("{}", path.display());
    }
    Ok(())
}
