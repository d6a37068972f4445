//! `where` and `changes`: questions to all nodes at once.

use std::time::Duration;

use bgpcs::{Health, UnixTime};
use bgpcs_display::since::Since;
use bgpcs_display::time;
use generate_pillar_cli::Asking;

use super::exit::{Exit, failed, print, refused};
use super::fleet::no_answer;
use super::status::{now, paint};
use crate::fleet::answer::Answers;
use crate::fleet::changes::NodeChanges;
use crate::fleet::job::{Question, Target};
use crate::fleet::master::Master;
use crate::fleet::nodes::Member;
use crate::fleet::salt::Salt;
use crate::fleet::{Addresses, FleetChanges, Selection, addresses};
use crate::report::Log;
use crate::run::RunSettings;
use crate::status::Status;

/// Prints on which nodes an address or a prefix falls into which application.
pub(super) fn addresses(
    settings: &RunSettings,
    wanted: &str,
    routers: &[String],
    asking: Asking,
    is_json: bool,
) -> Exit {
    let question = Question::Show(wanted.to_owned());
    let (places, answers) = match ask(settings, routers, asking, &question, now(), addresses::read) {
        Ok(asked) => asked,
        Err(exit) => return exit,
    };
    let found = Addresses::of(wanted, &places, &answers);
    let text = if is_json { format!("{:#}\n", found.json()) } else { found.text(paint()) };
    match (print(&text), found.health()) {
        (Exit::Done, Some(Health::Healthy)) => Exit::Done,
        (Exit::Done, Some(Health::Degraded | Health::Broken)) => Exit::SomeInError,
        (_, _) => Exit::CannotTell,
    }
}

/// Prints what changed.
pub(super) fn changes(
    settings: &RunSettings,
    since: Since,
    routers: &[String],
    asking: Asking,
    is_json: bool,
) -> Exit {
    let now = now();
    let since = since.at(now);
    let question = Question::Changes(time::at(since));
    let (places, answers) = match ask(settings, routers, asking, &question, now, NodeChanges::read) {
        Ok(asked) => asked,
        Err(exit) => return exit,
    };
    let changes = FleetChanges::of(since, &places, &answers);
    let text = if is_json { format!("{:#}\n", changes.json()) } else { changes.text(now, paint()) };
    match print(&text) {
        Exit::Done if changes.is_known() => Exit::Done,
        _ => Exit::CannotTell,
    }
}

/// Asks the nodes of routers with a profile.
fn ask<T>(
    settings: &RunSettings,
    routers: &[String],
    asking: Asking,
    question: &Question,
    now: UnixTime,
    read: fn(&str) -> Result<T, String>,
) -> Result<(Vec<Member>, Answers<T>), Exit> {
    let log = &mut Log::default();
    let mut cannot_tell = |message: String, advice: &str| {
        refused(log, message, advice);
        Exit::CannotTell
    };
    let status = Status::gather(settings, now, &mut Log::default()).map_err(|error| {
        failed(&mut Log::default(), &error);
        Exit::CannotTell
    })?;
    let selection = Selection::of(routers, &[]);
    let places = Member::all(&status, &selection);
    if places.is_empty() {
        let message = "there is no such router with a profile and an asset-id".to_owned();
        return Err(cannot_tell(message, "list the routers with: generate_pillar status"));
    }
    let timeout = Duration::from_secs(asking.timeout);
    let salt = Salt::new(asking.salt, asking.salt_config, timeout)
        .map_err(|error| cannot_tell(error.to_string(), "name one with --salt"))?;
    let targets = match selection.asks_all() {
        true => vec![Target::All],
        false => Target::of(places.iter().map(|place| &place.asset_id)),
    };
    let mut answers = Answers::of(places.iter().map(|place| &place.asset_id), read);
    let ended = salt
        .ask(&targets, question, &mut |id, reply| answers.take(id, reply))
        .map_err(|error| cannot_tell(error.to_string(), "name another program with --salt"))?;
    if answers.answered() == 0 {
        let master = Master::read(&salt.configuration);
        let is_standby = ended.said.is_empty() && master.is_deserted();
        if let Some(cause) = no_answer(&ended.said, is_standby, &master.name) {
            return Err(cannot_tell(cause, "nothing is known of the nodes"));
        }
    }
    Ok((places, answers))
}
