//! Parses the command line, dispatches, and maps the result to an exit status.

// The program as it is packaged.
#[cfg(all(target_env = "gnu", target_feature = "crt-static"))]
mod c_library;

use std::process::ExitCode;

use bgp_community_services::drive::exabgp::follow;
use bgp_community_services::drive::once::run;
use bgp_community_services::drive::watch::watch;
use bgp_community_services::error_text::with_causes;
use bgp_community_services::operator;
use bgp_community_services::settings::{Action, Settings};
use bgp_community_services_cli::exit::Exit;

fn main() -> ExitCode {
    let settings = match Settings::from_words(std::env::args_os()) {
        Ok(settings) => settings,
        Err(told) => return told_by_the_command_line(&told).into(),
    };
    let done = |()| Exit::Healthy;
    let failed = |error: &dyn std::error::Error| (with_causes(error), Exit::Degraded);
    let ended = match &settings.action {
        Action::Run => run(&settings).map(drop).map(done).map_err(|error| failed(&error)),
        Action::Watch => watch(&settings).map(done).map_err(|error| failed(&error)),
        Action::Answer(request) => operator::run(&settings, request)
            .map(Exit::from)
            .map_err(|error| (with_causes(&error), Exit::CannotTell)),
        Action::ExaBgp => follow(&settings).map(done).map_err(|error| failed(&error)),
    };
    let status = ended.unwrap_or_else(|(error, status)| {
        eprintln!("{error}");
        status
    });
    status.into()
}

/// Prints the help text or the version that was asked for, or what is wrong with the command line.
fn told_by_the_command_line(told: &clap::Error) -> Exit {
    // If it cannot be printed, nobody is there to be told.
    told.print().ok();
    if told.use_stderr() { Exit::CannotTell } else { Exit::Healthy }
}
