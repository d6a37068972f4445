//! Parses, dispatches, and maps what comes back to an exit status.

use std::process::ExitCode;

use bgp_community_services::error::with_causes;
use bgp_community_services::run::run;
use bgp_community_services::settings::{Action, Settings};

/// The output file says what happened, be it an error.
const DONE: u8 = 0;
/// The output file could not be written.
const NOT_WRITTEN: u8 = 1;

fn main() -> ExitCode {
    let settings = Settings::from_command_line();
    let ended = match settings.action {
        Action::Run => run(&settings),
    };
    ExitCode::from(match ended {
        Ok(_) => DONE,
        Err(error) => {
            eprintln!("{}", with_causes(&error));
            NOT_WRITTEN
        }
    })
}
