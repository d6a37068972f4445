//! Parses the command line, dispatches, and maps the result to an exit status.

use std::process::ExitCode;

use bgp_community_services::drive::exabgp::follow;
use bgp_community_services::drive::once::run;
use bgp_community_services::drive::watch::watch;
use bgp_community_services::error_text::with_causes;
use bgp_community_services::operator;
use bgp_community_services::settings::{Action, Settings};
use bgpcs::Health;

/// The output file was written. It may contain an error.
const DONE: u8 = 0;
/// The output file could not be written, or the service could not go on.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    let settings = Settings::from_command_line();
    let ended = match &settings.action {
        Action::Run => run(&settings).map(|_| DONE).map_err(|error| (with_causes(&error), FAILED)),
        Action::Watch => watch(&settings).map(|()| DONE).map_err(|error| (with_causes(&error), FAILED)),
        Action::Answer(request) => operator::run(&settings, request)
            .map(Health::exit_status)
            .map_err(|error| (with_causes(&error), Health::Broken.exit_status())),
        Action::ExaBgp => follow(&settings).map(|()| DONE).map_err(|error| (with_causes(&error), FAILED)),
    };
    ExitCode::from(ended.unwrap_or_else(|(error, status)| {
        eprintln!("{error}");
        status
    }))
}
