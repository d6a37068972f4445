//! The project's tasks: packages, demonstration, tests. `cargo xtask help` lists them.

mod changelog;
mod command;
mod contents;
mod demo;
mod deny;
mod dependencies;
mod dist;
mod lab;
mod package;
mod release;
mod serve;
mod setup;
mod spec;
mod template;
mod test;
mod tidy;
mod verify;
mod workspace;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

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
        listen: std::net::SocketAddr,
    },
    /// Play the plugin's life under a real Salt master, dnf and bgpd, on hosts of their own; as root on Debian
    Lab(LabArguments),
    /// Print the notes of this release in the vendor's form
    ReleaseNotes,
    /// Install what the tests run besides Rust (as root on Debian; elsewhere say what is missing)
    Setup,
    /// Run every test there is; installs what it needs like setup
    Test,
    /// Check the licences and origins of all dependencies, and known advisories where a database is at hand
    Deny,
    /// Check that the source tree keeps to the invariants of ARCHITECTURE.md
    Tidy,
}

#[derive(Args)]
struct LabArguments {
    /// The numbers of the scenarios to play [default: all]
    #[arg(value_name = "SCENARIO")]
    scenarios: Vec<usize>,
    /// Leave the hosts up, and print how to enter each of them
    #[arg(long)]
    keep: bool,
}

#[derive(Args)]
struct DistArguments {
    /// The directory that gets them [default: target/packages]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Sign packages and checksums with this RSA key of gpg's keyring
    #[arg(long, value_name = "KEY")]
    sign: Option<String>,
    /// Lay out a repository per distribution, in the directory `repository` beside the packages
    #[arg(long)]
    repo: bool,
    /// Print what was built as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let result: Result<(), Box<dyn Error>> = match Arguments::parse().task {
        Task::Demo => demo::run().map_err(Into::into),
        Task::Dist(arguments) => distribute(arguments),
        Task::Verify { directory, key } => verify::run(&directory, key.as_deref()).map_err(Into::into),
        Task::Serve { directory, listen } => serve::run(directory, listen).map_err(Into::into),
        Task::Lab(LabArguments { scenarios, keep }) => {
            lab::run(&lab::Settings { keep, scenarios }).map_err(Into::into)
        }
        Task::ReleaseNotes => release::notes().map(|notes| print!("{notes}")).map_err(Into::into),
        Task::Setup => setup::run().map_err(Into::into),
        Task::Test => test::run().map_err(Into::into),
        Task::Deny => deny::run().map_err(Into::into),
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

fn distribute(DistArguments { out, sign, repo, json }: DistArguments) -> Result<(), Box<dyn Error>> {
    let default = dist::Settings::default();
    let settings = dist::Settings { out: out.unwrap_or(default.out), sign, repository: repo };
    let distribution = dist::run(&settings)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&distribution)?);
    } else {
        for path in distribution.packages.iter().chain(&distribution.repositories) {
            println!("{}", path.display());
        }
    }
    Ok(())
}
