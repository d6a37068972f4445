//! From the command line to an exit status.

mod communities;
mod exit;
mod status;
mod top_file;

use crate::cli::{Arguments, CliCommand, Options, PresetCommand};
use crate::report::{Log, LogFormat};
use crate::run::{self, Completion, ConfigurationSource, RunError, RunSettings};

pub use self::exit::Exit;
use self::exit::{failed, refused};

/// Does what the command line asks for.
pub fn execute(arguments: Arguments) -> Exit {
    let Arguments { options, command } = arguments;
    match command {
        None => work(options, run::generate),
        Some(CliCommand::Check) => {
            let mut log = unlogged(&options);
            run::check(&settings(options), &mut log).map_or_else(|error| failed(&mut log, &error), Exit::from)
        }
        Some(CliCommand::Status { router, html }) => {
            let json = options.json;
            status::show(&settings(options), router.as_deref(), json, html.as_deref())
        }
        Some(CliCommand::Purge) => work(options, run::purge),
        Some(CliCommand::ExplainCommunity { community }) => communities::explain_community(community),
        Some(CliCommand::Preset { command: PresetCommand::List }) => communities::list_presets(),
        Some(CliCommand::Preset { command: PresetCommand::Show { name, format } }) => {
            communities::show_preset(&name, format)
        }
        Some(CliCommand::TopFile { action, states_root, pillar_root }) => {
            top_file::edit(action, &[states_root, pillar_root], options.dry_run)
        }
    }
}

fn work(options: Options, work: fn(&RunSettings, &mut Log) -> Result<Completion, RunError>) -> Exit {
    let mut log = match options.dry_run {
        true => unlogged(&options),
        false => Log::open(&options.log, form(&options), options.verbose),
    };
    match work(&settings(options), &mut log) {
        Ok(completion) => completion.into(),
        Err(error) => refused(&mut log, format!("{error}; nothing was changed"), error.advice()),
    }
}

fn form(options: &Options) -> LogFormat {
    if options.json { LogFormat::Json } else { LogFormat::Text }
}

fn unlogged(options: &Options) -> Log {
    Log::without_file(form(options), options.verbose)
}

fn settings(options: Options) -> RunSettings {
    let Options { config, pillar_dir, dry_run, report, summary, log: _, verbose: _, json: _ } = options;
    let source = if config.as_os_str() == "-" {
        ConfigurationSource::StandardInput
    } else {
        ConfigurationSource::File(config)
    };
    RunSettings { source, pillar_dir, dry_run, report, summary }
}
