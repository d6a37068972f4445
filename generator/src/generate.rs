//! One run: read, plan, compare, apply, report.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bgpcs::whole_file::{self, WholeFileError};

use crate::authority::Authority;
use crate::check;
use crate::command::Exit;
use crate::finding::{Finding, Severity};
use crate::log::Log;
use crate::pillar_dir::{Applied, Changes, PillarDir, PillarDirError};
use crate::plan::{Plan, plan};
use crate::read::{self, End, ReadError};
use crate::report::{self, Summary};

/// As of a pillar file: the findings name what is in the configuration.
const REPORT_MODE: u32 = 0o640;

/// How long a run waits for another one, which takes seconds for the largest authority.
pub(crate) const LOCK_LIMIT: Duration = Duration::from_secs(60);

/// How many files the log names that were not the generator's.
const FOREIGN_SHOWN: usize = 5;

/// Where the configuration comes from.
#[derive(Debug)]
pub enum Source {
    /// Standard input.
    StandardInput,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// Gathers the configuration to its end.
    pub(crate) fn read(&self, authority: &mut Authority) -> Result<End, GenerateError> {
        let input: Box<dyn Read> = match self {
            Self::StandardInput => Box::new(io::stdin()),
            Self::File(path) => match File::open(path) {
                Ok(file) => Box::new(file),
                Err(source) => return Err(GenerateError::Open { path: path.clone(), source }),
            },
        };
        let fail = |source| GenerateError::Read { configuration: self.to_string(), source };
        read::read(input, authority).map_err(fail)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => f.write_str("on standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// What a run works on.
#[derive(Debug)]
pub struct Settings {
    /// The configuration.
    pub source: Source,
    /// Where the pillar files are.
    pub pillar_dir: PathBuf,
    /// Whether to change nothing and say on standard output what would change.
    pub dry_run: bool,
    /// Where the findings go as JSON.
    pub report: Option<PathBuf>,
    /// Whether to print a table of what the authority has.
    pub summary: bool,
}

/// Makes the pillar directory equal to what the configuration asks for.
pub fn generate(settings: &Settings, log: &mut Log) -> Result<Exit, GenerateError> {
    let start = Instant::now();
    // Held from before the configuration is read: of two runs, the later one is to have the last word.
    let directory = lock(settings)?;
    let mut authority = Authority::default();
    let end = settings.source.read(&mut authority)?;
    let plan = plan(&authority);
    let changes = directory.compare(&plan)?;
    if changes.removes_most() {
        let Changes { remove, existing, .. } = &changes;
        if end == End::Unmarked {
            return Err(GenerateError::EndNotSeen { remove: remove.len(), existing: *existing });
        }
        log.note(&format_args!(
            "note: {} of {existing} pillar files go; the configuration was read to its end",
            remove.len()
        ));
    }
    note_foreign(&plan, &changes, log);
    let applied = apply(settings, &directory, &plan, &changes, log)?;
    let reported = report(settings, &authority, &findings(&authority, &plan), log);
    log.note(&format_args!(
        "done: {}; {} routers and {} profiles read in {:.3} s",
        counts(&changes, &applied),
        authority.routers.len(),
        authority.profiles.len(),
        start.elapsed().as_secs_f64()
    ));
    let clean = !plan.has_errors() && applied.failures.is_empty() && reported;
    Ok(if clean { Exit::Done } else { Exit::SomeInError })
}

/// Only says what there is to say about the configuration; some in error means that something of it is an error.
pub fn check(settings: &Settings, log: &mut Log) -> Result<Exit, GenerateError> {
    let mut authority = Authority::default();
    settings.source.read(&mut authority)?;
    let findings = findings(&authority, &plan(&authority));
    let reported = report(settings, &authority, &findings, log);
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if has_errors || !reported { Exit::SomeInError } else { Exit::Done })
}

/// What there is to say about a configuration.
pub(crate) fn findings(authority: &Authority, plan: &Plan<'_>) -> Vec<Finding> {
    plan.findings.iter().cloned().chain(check::check(authority)).collect()
}

/// Says what was found, wherever the settings want it; whether that could be done.
fn report(settings: &Settings, authority: &Authority, findings: &[Finding], log: &mut Log) -> bool {
    findings.iter().for_each(|finding| log.line(&finding.display(&authority.names)));
    let mut failures = Vec::new();
    if settings.summary {
        let written = write!(io::stdout(), "{}", Summary::of(authority));
        failures.extend(written.err().map(GenerateError::Output));
    }
    if let Some(path) = &settings.report {
        let written = report::json(findings, &authority.names)
            .map_err(GenerateError::ReportText)
            .and_then(|text| Ok(whole_file::write(path, text.as_bytes(), REPORT_MODE)?));
        failures.extend(written.err());
    }
    failures.iter().for_each(|failure| log.message(Severity::Error, failure));
    failures.is_empty()
}

/// Removes every pillar file that the generator wrote.
pub fn purge(settings: &Settings, log: &mut Log) -> Result<Exit, GenerateError> {
    let directory = PillarDir::lock_existing(&settings.pillar_dir, LOCK_LIMIT)?;
    let nothing = Authority::default();
    let plan = plan(&nothing);
    let changes = directory.compare(&plan)?;
    let applied = apply(settings, &directory, &plan, &changes, log)?;
    log.note(&format_args!("purged: {}", counts(&changes, &applied)));
    Ok(if applied.failures.is_empty() { Exit::Done } else { Exit::SomeInError })
}

fn lock(settings: &Settings) -> Result<PillarDir, PillarDirError> {
    if settings.dry_run {
        PillarDir::lock_existing(&settings.pillar_dir, LOCK_LIMIT)
    } else {
        PillarDir::lock(&settings.pillar_dir, LOCK_LIMIT)
    }
}

/// Says which files are replaced that do not bear the generator's mark, such as those of another plugin before an
/// upgrade to this one; from then on they do.
fn note_foreign(plan: &Plan<'_>, changes: &Changes, log: &mut Log) {
    let names: Vec<String> =
        changes.foreign.iter().take(FOREIGN_SHOWN).filter_map(|index| plan.file_name(*index)).collect();
    if !names.is_empty() {
        let more = changes.foreign.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        log.note(&format_args!(
            "note: not written by generate_pillar and replaced now: {}{more}",
            names.join(", ")
        ));
    }
}

/// Makes the changes, or says what they are.
fn apply(
    settings: &Settings,
    directory: &PillarDir,
    plan: &Plan<'_>,
    changes: &Changes,
    log: &mut Log,
) -> Result<Applied, GenerateError> {
    if settings.dry_run {
        let Changes { write, remove, .. } = changes;
        let applied = Applied { written: write.len(), removed: remove.len(), failures: Vec::new() };
        return show(plan, changes, &applied).map(|()| applied).map_err(GenerateError::Output);
    }
    let applied = directory.apply(plan, changes)?;
    applied.failures.iter().for_each(|failure| log.message(Severity::Error, failure));
    Ok(applied)
}

fn show(plan: &Plan<'_>, changes: &Changes, applied: &Applied) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for name in changes.write.iter().filter_map(|index| plan.file_name(*index)) {
        writeln!(output, "would write {name}")?;
    }
    for name in &changes.remove {
        writeln!(output, "would remove {name}")?;
    }
    writeln!(output, "would be: {}", counts(changes, applied))
}

fn counts(changes: &Changes, applied: &Applied) -> String {
    let Changes { unchanged, kept, .. } = changes;
    let Applied { written, removed, failures } = applied;
    let failed = if failures.is_empty() { String::new() } else { format!(", {} failed", failures.len()) };
    format!(
        "{written} written, {removed} removed, {unchanged} unchanged, {kept} kept for nodes in error{failed}"
    )
}

/// Why a run ended before it changed anything.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The configuration's file.
    #[error("cannot open the configuration {}: {source}; name another one with --config", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The configuration's content.
    #[error("cannot use the configuration {configuration}: {source}")]
    Read {
        /// Where it comes from.
        configuration: String,
        /// What is wrong with it.
        source: ReadError,
    },
    /// The pillar directory.
    #[error("{0}")]
    PillarDir(#[from] PillarDirError),
    /// A configuration that may have been cut off asks for too much.
    #[error(
        "{remove} of {existing} pillar files would go, but nothing shows that the configuration is whole: flat PCLI \
         text has no end; let the prompt line that follows it be its last line, or give another form"
    )]
    EndNotSeen {
        /// How many files would go.
        remove: usize,
        /// How many files there are.
        existing: usize,
    },
    /// The report's words.
    #[error("cannot write the findings as JSON: {0}")]
    ReportText(#[source] serde_json::Error),
    /// The report's file.
    #[error("{0}")]
    Report(#[from] WholeFileError),
    /// Standard output.
    #[error("cannot write to standard output: {0}")]
    Output(#[source] io::Error),
}
