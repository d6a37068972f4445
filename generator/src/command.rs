//! From the command line to an exit status.

mod communities;
mod exit;
mod fleet;
mod questions;
mod status;
mod top_file;

use std::fs;
use std::path::Path;

use bgpcs::paths;
use generate_pillar_cli::{Arguments, CliCommand, Options, PresetCommand};

use crate::report::{Log, LogFormat};
use crate::run::{self, Completion, ConfigurationSource, RunError, RunSettings};

pub use self::exit::Exit;
use self::exit::{failed, refused};
use self::status::StatusForm;
use self::top_file::Roots;

/// Does what the command line asks for.
pub fn execute(arguments: Arguments) -> Exit {
    let Arguments { options, command } = arguments;
    match command {
        None => logged(options, run::generate),
        Some(CliCommand::Check { release }) => {
            let mut log = unlogged(&options);
            run::check(&settings(options), release, &mut log)
                .map_or_else(|error| failed(&mut log, &error), Exit::from)
        }
        Some(CliCommand::Status { routers, detail, html, live, view, asking }) => {
            let form = match html {
                Some(path) => StatusForm::Page(path),
                None if options.json => StatusForm::Json,
                None if detail => StatusForm::Detail,
                None if view.csv => StatusForm::Csv,
                None => StatusForm::Table,
            };
            match live {
                true => fleet::show(&settings(options), &routers, &form, view, asking),
                false => status::show(&settings(options), &routers, &form),
            }
        }
        Some(CliCommand::Where { wanted, routers, asking }) => {
            let is_json = options.json;
            questions::addresses(&settings(options), &wanted.0, &routers, asking, is_json)
        }
        Some(CliCommand::Changes { since, routers, asking }) => {
            let is_json = options.json;
            questions::changes(&settings(options), since, &routers, asking, is_json)
        }
        Some(CliCommand::Purge) => logged(options, run::purge),
        Some(CliCommand::ExplainCommunity { community }) => communities::explain_community(community),
        Some(CliCommand::Preset { command: PresetCommand::List }) => communities::list_presets(),
        Some(CliCommand::Preset { command: PresetCommand::Show { name, services, policy, format } }) => {
            communities::show_preset(&name, services.then_some(policy), format)
        }
        Some(CliCommand::Services { profile, policy, format }) => {
            communities::show_services(&settings(options), &profile, policy, format)
        }
        Some(CliCommand::TopFile { action, states_root, pillar_root }) => {
            let roots = Roots { states: states_root, pillar: pillar_root };
            top_file::edit(action, &roots, options.dry_run)
        }
    }
}

/// Does a run that changes something, with the log file; a dry run has none.
fn logged(options: Options, run: fn(&RunSettings, &mut Log) -> Result<Completion, RunError>) -> Exit {
    let mut log = match options.dry_run {
        true => unlogged(&options),
        false => Log::open(&options.log, format(&options), options.verbose),
    };
    match run(&settings(options), &mut log) {
        Ok(completion) => completion.into(),
        Err(error) => refused(&mut log, format!("{error}; nothing was changed"), error.advice()),
    }
}

fn format(options: &Options) -> LogFormat {
    if options.json { LogFormat::Json } else { LogFormat::Text }
}

fn unlogged(options: &Options) -> Log {
    Log::without_file(format(options), options.verbose)
}

/// Whether this is the file of the running configuration, by whatever path.
fn is_running(config: &Path) -> bool {
    let running = Path::new(paths::RUNNING_CONFIGURATION);
    let resolved = |path: &Path| fs::canonicalize(path).ok();
    config == running || resolved(config).is_some_and(|config| Some(config) == resolved(running))
}

fn settings(options: Options) -> RunSettings {
    let is_whole = options.whole || is_running(&options.config);
    let Options { config, whole: _, pillar_dir, dry_run, report, summary, log: _, verbose: _, json: _ } =
        options;
    let source = if config.as_os_str() == "-" {
        ConfigurationSource::StandardInput
    } else {
        ConfigurationSource::File(config)
    };
    RunSettings { source, is_whole, pillar_dir, dry_run, report, summary }
}
