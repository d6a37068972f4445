//! The command line as it is parsed: each command's help has its own options only, and an option that does nothing for a
//! command is refused.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use crate::Arguments;

/// In place of the options that all commands share.
const SHARED: &str =
    "Files and sources of routes: options that the commands share, see bgp-community-services --help";

/// The commands that make runs, which leave metrics.
const RUNNING: [&str; 3] = ["run", "watch", "exabgp"];

/// What a process of ExaBGP gets its routes by is ExaBGP.
const OF_SOURCES: [&str; 7] = [
    "source",
    "bgpd_socket",
    "routing_manager_url",
    "routing_manager_socket",
    "gobgp",
    "gobgp_address",
    "bagpipe_url",
];

/// The definition by which the command line is parsed.
pub fn parser() -> Command {
    let mut command = Arguments::command();
    command.build();
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    names.into_iter().filter(|name| name != "help").fold(command, |command, name| {
        command.mut_subcommand(name, |below| {
            let examples = below.get_after_help().map(ToString::to_string).unwrap_or_default();
            below
                .mut_args(|argument| {
                    let is_shared = argument.is_global_set();
                    argument.hide(is_shared)
                })
                .after_help(format!("{SHARED}\n\n{examples}"))
        })
    })
}

/// Reads a command line; its first word is the program's name.
///
/// # Errors
/// What is wrong with it, or the requested help text.
pub fn parse<W: Into<OsString> + Clone>(
    words: impl IntoIterator<Item = W>,
) -> Result<Arguments, clap::Error> {
    let mut parser = parser();
    let matches = parser.try_get_matches_from_mut(words)?;
    match idle(&matches) {
        Some((option, command)) => {
            let message = format!("--{option} does nothing for the command {command}; leave it out");
            Err(parser.error(ErrorKind::ArgumentConflict, message))
        }
        None => Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut parser)),
    }
}

/// An option that was typed and does nothing for the command.
fn idle(matches: &ArgMatches) -> Option<(String, &str)> {
    let (command, below) = matches.subcommand().map_or(("run", None), |(name, below)| (name, Some(below)));
    let is_typed = |id: &&str| {
        let is_in = |matches: &ArgMatches| matches.value_source(id) == Some(ValueSource::CommandLine);
        is_in(matches) || below.is_some_and(is_in)
    };
    let of_runs = ["metrics_file"].into_iter().filter(|_| !RUNNING.contains(&command));
    let of_sources = OF_SOURCES.into_iter().filter(|_| command == "exabgp");
    let option = of_runs.chain(of_sources).find(is_typed)?;
    Some((option.replace('_', "-"), command))
}
