//! `status --live`: asks the nodes, keeps what they say, and shows it.

use std::time::{Duration, Instant};

use bgpcs::UnixTime;
use bgpcs::whole_file::{self, WholeFileError};
use bgpcs_display::time;
use generate_pillar_cli::{Asking, HealthChoice, LiveView};

use super::exit::{Exit, failed, print, refused};
use super::status::{PAGE_MODE, StatusForm, now, paint};
use crate::finding::Severity;
use crate::fleet::answer::Answers;
use crate::fleet::cache::Cache;
use crate::fleet::job::{Question, Target};
use crate::fleet::master::{Keys, Master};
use crate::fleet::node::{NodeHealth, NodeReport};
use crate::fleet::prefixes::{self, Services};
use crate::fleet::salt::{Salt, SaltError};
use crate::fleet::{Asked, Fleet, Known, Selection, askable};
use crate::report::Log;
use crate::run::{RunError, RunSettings};
use crate::status::Status;

/// The permission bits of metrics, which node_exporter reads as another user.
const METRICS_MODE: u32 = 0o644;

/// Asks the nodes, and shows the fleet in the form that was asked for.
pub(super) fn show(
    settings: &RunSettings,
    routers: &[String],
    form: &StatusForm,
    view: LiveView,
    asking: Asking,
) -> Exit {
    let log = &mut Log::default();
    let status = match Status::gather(settings, now(), log) {
        Ok(status) => status,
        Err(error) => return cannot_tell(failed(log, &error)),
    };
    let healths: Vec<NodeHealth> = view.healths.iter().copied().map(chosen).collect();
    let selection = Selection::of(routers, &view.profiles).shows(
        &view.applications,
        &healths,
        &view.findings,
        view.only_problems,
    );
    let salt = match Salt::new(asking.salt, asking.salt_config, Duration::from_secs(asking.timeout)) {
        Ok(salt) => salt,
        Err(error) => return cannot_tell(refused(log, error.to_string(), "name one with --salt")),
    };
    let (mut cache, fault) = Cache::read(&view.cache);
    if let Some(fault) = fault {
        let message = format!("cannot read what was last known, {}: {fault}", view.cache.display());
        log.message(Severity::Warning, message, "it is written anew");
    }
    let age = cache.asked.and_then(|asked| status.now.checked_sub(asked));
    let is_recent = view.refresh_every.zip(age).is_some_and(|(every, age)| age < every);
    let mut live = Live { status: &status, selection: &selection, salt: &salt, cache: &mut cache };
    let mut fleet = if view.cached || is_recent {
        live.last_known()
    } else {
        live.announce();
        match live.ask() {
            Ok(fleet) => fleet,
            Err(error) => {
                return cannot_tell(refused(log, error.to_string(), "name another program with --salt"));
            }
        }
    };
    if !fleet.asked.is_cached
        && let Err(error) = cache.write(&view.cache)
    {
        log.message(Severity::Warning, error.to_string(), "what the nodes said is not kept");
    }
    let metrics = view.metrics.map(|path| whole_file::write(&path, fleet.metrics().as_bytes(), METRICS_MODE));
    selection.apply(&mut fleet);
    let written = metrics.transpose().and(in_form(form, &fleet)).map_err(RunError::Report);
    match written.map(|text| print(&text)) {
        Ok(Exit::Done) => fleet.health().into(),
        Ok(exit) => cannot_tell(exit),
        Err(error) => cannot_tell(failed(log, &error)),
    }
}

/// What is printed of the fleet; a page goes to its file.
fn in_form(form: &StatusForm, fleet: &Fleet) -> Result<String, WholeFileError> {
    Ok(match form {
        StatusForm::Page(path) => {
            whole_file::write(path, fleet.html().as_bytes(), PAGE_MODE)?;
            format!("{} ({})\n", path.display(), fleet.health().name())
        }
        StatusForm::Json => fleet.json(),
        StatusForm::Csv => fleet.csv(),
        StatusForm::Detail => fleet.detail(),
        StatusForm::Table => fleet.text(paint()),
    })
}

fn chosen(health: HealthChoice) -> NodeHealth {
    match health {
        HealthChoice::Broken => NodeHealth::Broken,
        HealthChoice::NoAnswer => NodeHealth::NoAnswer,
        HealthChoice::Degraded => NodeHealth::Degraded,
        HealthChoice::Healthy => NodeHealth::Healthy,
        HealthChoice::NoProfile => NodeHealth::NoProfile,
    }
}

/// For a command that asks nodes, not to be able to is a status of its own.
pub(super) fn cannot_tell(_: Exit) -> Exit {
    Exit::CannotTell
}

/// What asking needs.
struct Live<'l> {
    status: &'l Status,
    selection: &'l Selection,
    salt: &'l Salt,
    cache: &'l mut Cache,
}

impl Live<'_> {
    /// The fleet as it was last known.
    fn last_known(&self) -> Fleet {
        let asked = Asked {
            at: self.cache.asked,
            master: Master::read(&self.salt.configuration).name,
            is_cached: true,
            ..Asked::default()
        };
        self.join(None, &Keys::default(), asked)
    }

    /// Says at once what was last known.
    fn announce(&self) {
        if let Some(at) = self.cache.asked {
            let known = self.last_known().summary();
            let counts = known.lines().next().unwrap_or_default();
            eprintln!("last known {}: {counts}", time::since(at, self.status.now));
        }
    }

    /// Asks those that are wanted; and if some of them have not what the others have, what they lack.
    fn ask(&mut self) -> Result<Fleet, SaltError> {
        let master = Master::read(&self.salt.configuration);
        let asks = |router: &str, profile: Option<&str>| self.selection.asks(router, profile);
        let asset_ids = askable(self.status, &asks);
        let targets = match self.selection.asks_all() {
            true => vec![Target::All],
            false => Target::of(&asset_ids),
        };
        let (at, started) = (now(), Instant::now());
        let mut answers = Answers::of(&asset_ids, NodeReport::read);
        let ended = self.salt.ask(&targets, &Question::State, &mut |id, reply| answers.take(id, reply))?;
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let is_silent = answers.answered() == 0 && !asset_ids.is_empty();
        let is_standby = is_silent && ended.said.is_empty() && master.is_deserted();
        let asked = Asked {
            at: Some(at),
            error: is_silent.then(|| no_answer(&ended.said, is_standby, &master.name)).flatten(),
            master: master.name.clone(),
            program: Some(self.salt.program.clone()),
            milliseconds,
            nodes: answers.asked(),
            answers: answers.answered(),
            is_standby,
            is_cached: false,
            waited: ended.is_late.then_some(self.salt.timeout.as_secs()),
        };
        self.keep(&answers, at);
        let keys = if answers.answered() < answers.asked() { master.keys() } else { Keys::default() };
        let mut fleet = self.join(Some(&answers), &keys, asked);
        self.compare(&mut fleet)?;
        Ok(fleet)
    }

    /// Keeps what was heard of nodes that still exist.
    fn keep(&mut self, answers: &Answers<NodeReport>, at: UnixTime) {
        let known = askable(self.status, &|_, _| true);
        let known: std::collections::HashSet<&str> = known.iter().map(|asset_id| asset_id.as_str()).collect();
        answers.keep(self.cache, at, &|asset_id| known.contains(asset_id));
        if self.selection.asks_all() && answers.answered() > 0 {
            self.cache.asked = Some(at);
        }
    }

    /// Asks a second time, for the prefixes of outliers.
    fn compare(&self, fleet: &mut Fleet) -> Result<(), SaltError> {
        let asset_ids = fleet.to_compare();
        if asset_ids.is_empty() {
            return Ok(());
        }
        let mut answers = Answers::of(&asset_ids, Services::read);
        let targets = Target::of(&asset_ids);
        self.salt.ask(&targets, &Question::Prefixes, &mut |id, reply| answers.take(id, reply))?;
        prefixes::compare(fleet, &answers);
        Ok(())
    }

    fn join(&self, answers: Option<&Answers<NodeReport>>, keys: &Keys, asked: Asked) -> Fleet {
        let known = Known { answers, cache: self.cache, keys };
        let asks = |router: &str, profile: Option<&str>| self.selection.asks(router, profile);
        Fleet::join(self.status, known, asked, &asks, self.selection.names_routers())
    }
}

/// Why nobody answered, and what to do.
pub(super) fn no_answer(said: &[String], is_standby: bool, master: &str) -> Option<String> {
    let is_root = rustix::process::geteuid().is_root();
    match said.first() {
        _ if is_standby => Some(format!(
            "no minion is connected to the Salt master of {master}, so this may be the standby conductor of a pair; ask \
             on the other one"
        )),
        Some(said) if is_root => {
            Some(format!("Salt says: {said}; check the Salt master with: systemctl status salt-master"))
        }
        Some(said) => Some(format!("Salt says: {said}; only root may ask")),
        None if !is_root => Some("nobody answered; only root may ask".to_owned()),
        None => None,
    }
}
