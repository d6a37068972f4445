//! What each command does, from checked settings to an exit status.

mod status;
mod top_files;

use std::io::{self, Write};
use std::process::ExitCode;

use bgpcs::{Community, Quoted};

use crate::cli::{Arguments, Command, Options, PresetCommand, PresetFormat};
use crate::explain::explain;
use crate::finding::Severity;
use crate::generate::{self, GenerateError, Settings, Source};
use crate::log::{self, Log};
use crate::preset;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Done,
    /// Something could not be done, the rest was.
    SomeInError,
    /// Nothing was touched; of a command that only says something, that it could not.
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
            let mut log = unlogged(&options);
            generate::check(&settings(options), &mut log).unwrap_or_else(|error| failed(&mut log, &error))
        }
        Some(Command::Status { router, html }) => {
            let json = options.json;
            status::show(&settings(options), router.as_deref(), json, html.as_deref())
        }
        Some(Command::Purge) => work(options, generate::purge),
        Some(Command::ExplainCommunity { community }) => explain_community(community),
        Some(Command::Preset { command: PresetCommand::List }) => of_presets(list_presets()),
        Some(Command::Preset { command: PresetCommand::Show { name, format } }) => show_preset(&name, format),
        Some(Command::TopFile { action, states_root, pillar_root }) => {
            top_files::edit(action, &[states_root, pillar_root], options.dry_run)
        }
    }
}

fn work(options: Options, work: fn(&Settings, &mut Log) -> Result<Exit, GenerateError>) -> Exit {
    let mut log = match options.dry_run {
        true => unlogged(&options),
        false => Log::open(&options.log, form(&options), options.verbose),
    };
    work(&settings(options), &mut log).unwrap_or_else(|error| {
        log.message(Severity::Error, format!("{error}; nothing was touched"), error.advice());
        Exit::NothingTouched
    })
}

fn form(options: &Options) -> log::Form {
    if options.json { log::Form::Json } else { log::Form::Text }
}

fn unlogged(options: &Options) -> Log {
    Log::without_file(form(options), options.verbose)
}

fn settings(options: Options) -> Settings {
    let Options { config, pillar_dir, dry_run, report, summary, log: _, verbose: _, json: _ } = options;
    let source = if config.as_os_str() == "-" { Source::StandardInput } else { Source::File(config) };
    Settings { source, pillar_dir, dry_run, report, summary }
}

fn failed(log: &mut Log, error: &GenerateError) -> Exit {
    refused(log, error.to_string(), error.advice())
}

/// Says why a command did nothing, and what to do.
fn refused(log: &mut Log, message: String, advice: impl Into<String>) -> Exit {
    log.message(Severity::Error, message, advice);
    Exit::NothingTouched
}

/// What the presets, which are part of the program, and what is made of them cannot but be.
fn of_presets(text: Result<String, serde_json::Error>) -> Exit {
    match text {
        Ok(text) => print(&text),
        Err(error) => {
            let message = format!("the presets of this version are damaged: {error}");
            refused(&mut Log::default(), message, "install the package again")
        }
    }
}

fn explain_community(community: Community) -> Exit {
    of_presets(preset::all().map(|presets| explain(community, &presets)))
}

fn list_presets() -> Result<String, serde_json::Error> {
    let line = |preset: preset::Preset| {
        let preset::Preset { name, description, source, .. } = preset;
        format!("{name}: {description}\n    {}\n    {}\n", source.title, source.url)
    };
    Ok(preset::all()?.into_iter().map(line).collect())
}

fn show_preset(name: &str, format: PresetFormat) -> Exit {
    let presets = preset::all();
    if let Ok(presets) = &presets
        && !presets.iter().any(|preset| preset.name.as_str() == name)
    {
        let message = format!("no preset has the name {}", Quoted(name));
        return refused(&mut Log::default(), message, "see generate_pillar preset list");
    }
    of_presets(presets.and_then(|presets| {
        let named = presets.iter().filter(|preset| preset.name.as_str() == name);
        let text = |preset: &preset::Preset| match format {
            PresetFormat::Pcli => Ok(preset.pcli()),
            PresetFormat::Flat => Ok(preset.flat()),
            PresetFormat::Json => preset.json(),
        };
        named.map(text).collect()
    }))
}

fn print(text: &str) -> Exit {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Who reads no further has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            failed(&mut Log::default(), &GenerateError::Output(error))
        }
        _ => Exit::Done,
    }
}
