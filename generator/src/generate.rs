//! One run: read, plan, compare, apply, report.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bgpcs::Quoted;
use bgpcs::whole_file::{self, WholeFileError};

use crate::account::{Asset, Change, account};
use crate::authority::Authority;
use crate::check;
use crate::command::Exit;
use crate::finding::{Finding, Severity};
use crate::log::{Entry, Log, Message};
use crate::pillar_dir::{Applied, Changes, Failure, PillarDir, PillarDirError, Why};
use crate::plan::{Plan, plan};
use crate::read::{self, End, ReadError};
use crate::report::{self, Summary};
use crate::run::{self, Counts, Operation, Run};

/// As of a pillar file: the findings name what is in the configuration.
const REPORT_MODE: u32 = 0o640;

/// How long a run waits for another one, which takes seconds for the largest authority.
const LOCK_LIMIT: Duration = Duration::from_secs(60);

/// Why a removal is in doubt, and what takes the doubt away.
const END_NOT_SEEN: &str = "nothing shows that the configuration is whole: flat PCLI text has no end";
const SHOW_END: &str = "let the prompt line that follows it be its last line, or give it in another form";

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
    fn open(&self) -> Result<Box<dyn Read>, GenerateError> {
        match self {
            Self::StandardInput => Ok(Box::new(io::stdin())),
            Self::File(path) => match File::open(path) {
                Ok(file) => Ok(Box::new(file)),
                Err(source) => Err(GenerateError::Open { path: path.clone(), source }),
            },
        }
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

impl Settings {
    /// The authority, and how sure it is that all of it was there.
    pub(crate) fn read(&self) -> Result<(Authority, End), GenerateError> {
        let input = self.source.open()?;
        let mut authority = Authority::default();
        match read::read(input, &mut authority) {
            Ok(end) => Ok((authority, end)),
            Err(source) => Err(GenerateError::Read { configuration: self.source.to_string(), source }),
        }
    }
}

/// Makes the pillar directory equal to what the configuration asks for.
///
/// # Errors
/// When nothing was changed.
pub fn generate(settings: &Settings, log: &mut Log) -> Result<Exit, GenerateError> {
    let start = Instant::now();
    // Held from before the configuration is read: of two runs, the later one is to have the last word.
    let directory = lock(settings, log)?;
    let (authority, end) = settings.read()?;
    let plan = plan(&authority);
    let changes = directory.compare(&plan)?;
    weigh_removals(&changes, end, log)?;
    note_foreign(&plan, &changes, log);
    let work = Work { operation: Operation::Generate, authority: &authority, plan: &plan, changes: &changes };
    let applied = work.apply(settings, &directory, log)?;
    let findings = findings(&authority, &plan);
    let reported = report(settings, &authority, &findings, log);
    let read = run::Read::new(authority.routers.len(), authority.profiles.len(), &findings);
    if !settings.dry_run {
        work.account(&applied, read, start, log);
    }
    let clean = !plan.has_errors() && applied.failures.is_empty() && reported;
    Ok(if clean { Exit::Done } else { Exit::SomeInError })
}

/// Only says what there is to say about the configuration; some in error means that something of it is an error, and
/// nothing touched that it could not be said where it was wanted.
///
/// # Errors
/// When the configuration could not be read.
pub fn check(settings: &Settings, log: &mut Log) -> Result<Exit, GenerateError> {
    let (authority, _) = settings.read()?;
    let findings = findings(&authority, &plan(&authority));
    let reported = report(settings, &authority, &findings, log);
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(match (reported, has_errors) {
        (false, _) => Exit::NothingTouched,
        (true, true) => Exit::SomeInError,
        (true, false) => Exit::Done,
    })
}

/// What there is to say about a configuration.
pub(crate) fn findings(authority: &Authority, plan: &Plan<'_>) -> Vec<Finding> {
    plan.findings.iter().cloned().chain(check::check(authority)).collect()
}

/// Says what was found, wherever the settings want it; whether that could be done.
fn report(settings: &Settings, authority: &Authority, findings: &[Finding], log: &mut Log) -> bool {
    findings.iter().for_each(|finding| log.say(&Entry::Finding(finding.named(&authority.names))));
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
    failures.iter().for_each(|failure| log.message(Severity::Error, failure.to_string(), failure.advice()));
    failures.is_empty()
}

/// Removes every pillar file that the generator wrote.
///
/// # Errors
/// When nothing was changed.
pub fn purge(settings: &Settings, log: &mut Log) -> Result<Exit, GenerateError> {
    let start = Instant::now();
    let directory = lock_existing(settings, log)?;
    let nothing = Authority::default();
    let plan = plan(&nothing);
    let changes = directory.compare(&plan)?;
    let work = Work { operation: Operation::Purge, authority: &nothing, plan: &plan, changes: &changes };
    let applied = work.apply(settings, &directory, log)?;
    if !settings.dry_run {
        work.account(&applied, run::Read::default(), start, log);
    }
    Ok(if applied.failures.is_empty() { Exit::Done } else { Exit::SomeInError })
}

fn lock(settings: &Settings, log: &mut Log) -> Result<PillarDir, PillarDirError> {
    if settings.dry_run {
        lock_existing(settings, log)
    } else {
        PillarDir::lock(&settings.pillar_dir, LOCK_LIMIT, || say_waiting(settings, log))
    }
}

/// The pillar directory, which stays absent when it is.
pub(crate) fn lock_existing(settings: &Settings, log: &mut Log) -> Result<PillarDir, PillarDirError> {
    PillarDir::lock_existing(&settings.pillar_dir, LOCK_LIMIT, || say_waiting(settings, log))
}

fn say_waiting(settings: &Settings, log: &mut Log) {
    let directory = settings.pillar_dir.display();
    log.message(
        Severity::Note,
        format!("another generate_pillar holds {directory}, and this one waits for it"),
        format!("wait up to {} seconds for it to end", LOCK_LIMIT.as_secs()),
    );
}

/// Says that files go, where that may not be meant; refuses when most do and the configuration may have been cut off.
fn weigh_removals(changes: &Changes, end: End, log: &mut Log) -> Result<(), GenerateError> {
    let (remove, existing) = (changes.remove.len(), changes.existing);
    match end {
        End::Unmarked if changes.removes_most() => {
            return Err(GenerateError::EndNotSeen { remove, existing });
        }
        End::Unmarked if remove > 0 => {
            let message = format!("{remove} of {existing} pillar files go, but {END_NOT_SEEN}");
            log.message(Severity::Warning, message, SHOW_END);
        }
        End::Seen if changes.removes_most() => log.note(&Entry::Message(Message {
            severity: Severity::Note,
            message: format!("{remove} of {existing} pillar files go; the configuration was read to its end"),
            advice: "restore the former configuration if that is not meant".into(),
        })),
        _ => {}
    }
    Ok(())
}

/// Says which files are replaced that do not bear the generator's mark, such as those of another plugin before an
/// upgrade to this one; from then on they do.
fn note_foreign(plan: &Plan<'_>, changes: &Changes, log: &mut Log) {
    let foreign = || changes.write.iter().filter(|write| write.why == Why::Foreign);
    let names = foreign().take(FOREIGN_SHOWN).filter_map(|write| plan.file_name(write.index));
    let names: Vec<String> = names.map(|name| Quoted(&name).to_string()).collect();
    if !names.is_empty() {
        let more = match foreign().count() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        log.note(&Entry::Message(Message {
            severity: Severity::Note,
            message: format!("not written by generate_pillar and replaced now: {}{more}", names.join(", ")),
            advice: "see that nothing else writes there".into(),
        }));
    }
}

/// What is to be done, and of what it follows.
struct Work<'a> {
    operation: Operation,
    authority: &'a Authority,
    plan: &'a Plan<'a>,
    changes: &'a Changes,
}

impl Work<'_> {
    /// Makes the changes, or says what they are.
    fn apply(
        &self,
        settings: &Settings,
        directory: &PillarDir,
        log: &mut Log,
    ) -> Result<Applied, GenerateError> {
        if settings.dry_run {
            let Changes { write, remove, .. } = self.changes;
            let applied = Applied { written: write.len(), removed: remove.len(), failures: Vec::new() };
            return self.show(&applied, log.is_verbose()).map(|()| applied).map_err(GenerateError::Output);
        }
        let applied = directory.apply(self.plan, self.changes)?;
        for Failure { error, .. } in &applied.failures {
            log.message(Severity::Error, error.to_string(), error.advice());
        }
        Ok(applied)
    }

    fn assets(&self) -> impl Iterator<Item = Asset<'_>> {
        account(self.operation, self.authority, self.plan, self.changes)
    }

    /// Says on standard output what would be done; verbose: also what would not, and why.
    fn show(&self, applied: &Applied, is_verbose: bool) -> io::Result<()> {
        let mut output = io::stdout().lock();
        for asset in self.assets() {
            let verb = match asset.change {
                Change::Written => "write",
                Change::Removed => "remove",
                Change::Unchanged | Change::Kept if is_verbose => "leave",
                Change::Unchanged | Change::Kept => continue,
            };
            let reason = if is_verbose { format!(": {}", asset.reason) } else { String::new() };
            writeln!(output, "would {verb} {}{reason}", Quoted(&asset.file_name()))?;
        }
        writeln!(output, "would be: {}", Counts::new(self.changes, applied))
    }

    /// Says what was done: to each asset, if that is wanted, and in all.
    fn account(&self, applied: &Applied, read: run::Read, start: Instant, log: &mut Log) {
        if log.is_verbose() {
            let failed: HashSet<&str> =
                applied.failures.iter().map(|failure| failure.name.as_str()).collect();
            let done = self.assets().filter(|asset| !failed.contains(asset.file_name().as_str()));
            done.for_each(|asset| log.note(&Entry::Asset(asset)));
        }
        let counts = Counts::new(self.changes, applied);
        log.note(&Entry::Run(Run { operation: self.operation, counts, read, duration: start.elapsed() }));
    }
}

/// Why a run ended before it changed anything.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The configuration's file.
    #[error("cannot open the configuration {}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The configuration's content.
    #[error("cannot use the configuration {configuration}: {source}")]
    Read {
        /// Where it came from.
        configuration: String,
        /// What is wrong with it.
        source: ReadError,
    },
    /// The pillar directory.
    #[error("{0}")]
    PillarDir(#[from] PillarDirError),
    /// A configuration that may have been cut off asks for too much.
    #[error("{remove} of {existing} pillar files would go, but {}", END_NOT_SEEN)]
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

impl GenerateError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Open { .. } => "name another one with --config",
            Self::Read { source: ReadError::Input(_), .. } => {
                "see that it can be read to its end, or name another one with --config"
            }
            Self::Read { .. } => {
                "export the running configuration again, all of it, or name another one with --config"
            }
            Self::PillarDir(error) => error.advice(),
            Self::EndNotSeen { .. } => SHOW_END,
            Self::ReportText(_) => "read the findings in the log",
            Self::Report(_) => {
                "see that its directory exists, may be written to and has room, or name another file"
            }
            Self::Output(_) => "see where it leads to",
        }
    }
}
