//! What each command does, from checked settings to an exit status.

mod status;
mod top_files;

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use bgpcs::Community;

use crate::cli::{Arguments, Command, Options, PresetCommand, PresetFormat};
use crate::explain::explain;
use crate::finding::Severity;
use crate::generate::{self, GenerateError, Settings, Source};
use crate::log::Log;
use crate::preset;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Done,
    /// Some routers were in error, the rest were done.
    SomeInError,
    /// Nothing was touched.
    NothingTouched,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::SomeInError => Self::from(1),
            Exit::NothingTouched => Self::from(2),
        }
    }
}

/// Does what the command line asks for.
pub fn run(arguments: Arguments) -> Exit {
    let Arguments { options, command } = arguments;
    match command {
        None => work(options, generate::generate),
        Some(Command::Check) => {
            let settings = settings(options);
            let mut log = Log::none();
            generate::check(&settings, &mut log).unwrap_or_else(|error| failed(&mut log, &error))
        }
        Some(Command::Status { router, json, html }) => {
            status::show(&settings(options), router.as_deref(), json, html.as_deref())
        }
        Some(Command::Purge) => work(options, generate::purge),
        Some(Command::ExplainCommunity { community }) => explain_community(community),
        Some(Command::Preset { command }) => show_presets(&command),
        Some(Command::TopFile { action, states_root, pillar_root }) => {
            top_files::edit(action, &[states_root, pillar_root], options.dry_run)
        }
    }
}

fn work(options: Options, work: fn(&Settings, &mut Log) -> Result<Exit, GenerateError>) -> Exit {
    let mut log = if options.dry_run { Log::none() } else { Log::open(&options.log) };
    work(&settings(options), &mut log)
        .unwrap_or_else(|error| failed(&mut log, &format_args!("{error}; nothing was touched")))
}

fn settings(options: Options) -> Settings {
    let Options { config, pillar_dir, dry_run, report, summary, log: _ } = options;
    let source = if config.as_os_str() == "-" { Source::StandardInput } else { Source::File(config) };
    Settings { source, pillar_dir, dry_run, report, summary }
}

fn failed(log: &mut Log, error: &dyn Display) -> Exit {
    log.message(Severity::Error, error);
    Exit::NothingTouched
}

fn explain_community(community: Community) -> Exit {
    match preset::all() {
        Ok(presets) => print(&explain(community, &presets)),
        Err(error) => failed(&mut Log::none(), &error),
    }
}

fn show_presets(command: &PresetCommand) -> Exit {
    let presets = match preset::all() {
        Ok(presets) => presets,
        Err(error) => return failed(&mut Log::none(), &error),
    };
    match command {
        PresetCommand::List => {
            let lines = presets.iter().map(|preset| {
                let preset::Preset { name, description, source, .. } = preset;
                format!("{name}: {description}\n    {}\n    {}\n", source.title, source.url)
            });
            print(&lines.collect::<String>())
        }
        PresetCommand::Show { name, format } => {
            let Some(preset) = presets.iter().find(|preset| preset.name.as_str() == name) else {
                let error = format!("no preset has the name {}; see preset list", bgpcs::Quoted(name));
                return failed(&mut Log::none(), &error);
            };
            match format {
                PresetFormat::Pcli => print(&preset.pcli()),
                PresetFormat::Flat => print(&preset.flat()),
                PresetFormat::Json => {
                    preset.json().map_or_else(|error| failed(&mut Log::none(), &error), |text| print(&text))
                }
            }
        }
    }
}

fn print(text: &str) -> Exit {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Exit::Done,
        Err(error) => failed(&mut Log::none(), &GenerateError::Output(error)),
    }
}
