//! A loss that is too sudden to be true is not believed for `stale-path-time`.

use std::fs;
use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex};

use bgp_community_services::clock::now;
use bgp_community_services::collect::keep::{Keep, Keeping};
use bgp_community_services::collect::loss::{LossRule, Recent};
use bgp_community_services::collect::recent::{MOST_REMEMBERED, RecentPrefixes};
use bgp_community_services::collect::services::Services;
use bgp_community_services::collect::state::{Outcome, State};
use bgp_community_services::prefix::Prefix;
use bgpcs::{LargestLoss, MaxPrefixes, ModuleConfiguration, StalePathTime};
use bgpcs_testing::stand_in::{self, Answer, vty_reply};
use serde_json::{Value, json};

use crate::scene::{EMPTY, Scene};

fn prefixes(numbers: impl IntoIterator<Item = u32>) -> Vec<Prefix> {
    numbers.into_iter().map(|number| format!("10.{number}.0.0/16").parse().unwrap()).collect()
}

fn rule(largest: u32, now: u64) -> LossRule {
    LossRule {
        largest: LargestLoss::new(largest).unwrap(),
        stale_path_time: StalePathTime::new(300).unwrap(),
        most: 100_000,
        now,
    }
}

/// What the routing engine has, by number, and when.
type Sets<'s> = &'s [(u64, &'s [u32])];

/// What an application has after each of these sets at these times: `*` where it keeps what it had.
fn play(largest: u32, sets: Sets<'_>) -> String {
    let mut recent: Option<Recent> = None;
    let mut texts = Vec::new();
    for (now, numbers) in sets {
        let found = prefixes(numbers.iter().copied());
        let (next, loss) = match recent.take() {
            None => (Recent::of(&found), None),
            Some(recent) => {
                // From one run to the next it is in a file.
                let saved = serde_json::to_string(&recent).unwrap();
                serde_json::from_str::<Recent>(&saved).unwrap().then(&found, &rule(largest, *now))
            }
        };
        let mut has = found.clone();
        has.extend(next.kept.iter().flat_map(|kept| &kept.prefixes));
        has.sort();
        has.dedup();
        texts.push(format!("{}{}", has.len(), if loss.is_some() { "*" } else { "" }));
        recent = Some(next);
    }
    texts.join(" ")
}

#[test]
fn by_sets_and_times() {
    const TEN: &[u32] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    let cases: [(&str, u32, Sets<'_>, &str); 16] = [
        ("exactly the largest loss", 50, &[(0, TEN), (1, &TEN[..5])], "10 5"),
        ("one more", 50, &[(0, TEN), (1, &TEN[..4])], "10 10*"),
        ("everything", 99, &[(0, TEN), (1, &[])], "10 10*"),
        ("off", 100, &[(0, TEN), (1, &[])], "10 0"),
        ("until its time is over", 50, &[(0, TEN), (1, &[0]), (300, &[0]), (301, &[0])], "10 10* 10* 1"),
        ("and for good", 50, &[(0, TEN), (1, &[0]), (301, &[0]), (302, &[0]), (900, &[0])], "10 10* 1 1 1"),
        ("the rest is measured anew", 50, &[(0, TEN), (1, &[0]), (301, &[0]), (310, &[])], "10 10* 1 1*"),
        ("they come back", 50, &[(0, TEN), (1, &[0]), (100, TEN), (200, TEN)], "10 10* 10 10"),
        ("enough of them come back", 50, &[(0, TEN), (1, &[0]), (100, &TEN[..5])], "10 10* 5"),
        (
            "one by one",
            50,
            &[
                (0, TEN),
                (1, &TEN[..8]),
                (2, &TEN[..6]),
                (3, &TEN[..5]),
                (4, &TEN[..4]),
                (5, &TEN[..2]),
                (6, &[]),
            ],
            "10 8 6 5 10* 10* 10*",
        ),
        (
            "slowly enough",
            50,
            &[(0, TEN), (200, &TEN[..6]), (500, &TEN[..4]), (800, &TEN[..2]), (1100, &TEN[..1])],
            "10 6 4 2 1",
        ),
        (
            "all replaced by others",
            50,
            &[(0, TEN), (1, &[20, 21, 22]), (2, &[20, 21, 22]), (301, &[20, 21, 22])],
            "10 13* 13* 3",
        ),
        (
            "others come while it keeps",
            50,
            &[(0, TEN), (1, &[0]), (2, &[0, 30]), (3, &[0])],
            "10 10* 11* 10*",
        ),
        ("nothing to lose", 1, &[(0, &[]), (1, &[]), (2, TEN)], "0 0 10"),
        ("the only one", 50, &[(0, &[1]), (1, &[])], "1 1*"),
        (
            "the clock is set back",
            50,
            &[(1000, TEN), (1001, &[0]), (10, &[0]), (309, &[0]), (310, &[0])],
            "10 10* 10* 10* 1",
        ),
    ];
    for (case, largest, sets, expected) in cases {
        assert_eq!(play(largest, sets), expected, "{case}");
    }
}

/// What went is remembered as far as there is room, the newest first; each list counts as one more.
#[test]
fn memory_is_bounded() {
    let most = 5;
    let mut recent = Recent::of(&prefixes(0..10));
    for (time, left) in [(1, 8), (2, 6), (3, 5)] {
        recent = recent.then(&prefixes(0..left), &LossRule { most, ..rule(90, time) }).0;
        assert!(recent.gone.iter().map(|gone| gone.prefixes.len()).sum::<usize>() <= 5);
    }
    assert_eq!(recent.gone.iter().map(|gone| gone.time).collect::<Vec<_>>(), [2, 3]);
}

const TEN: std::ops::Range<u32> = 0..10;

/// A bgpd whose IPv4 routes with the first community can be changed; the second community has one route.
fn scene() -> (Scene, Arc<Mutex<String>>) {
    let scene = Scene::new();
    let routes = Arc::new(Mutex::new(reply(TEN)));
    let known = Arc::clone(&routes);
    let answer = move |command: &str| match command {
        _ if command.contains("ipv4") && command.contains("12076:5010") => {
            vty_reply(0, &known.lock().unwrap())
        }
        _ if command.contains("ipv4") && command.contains("12076:5020") => vty_reply(0, &reply(20..21)),
        _ if command.contains("large-community 64512:1:2") => vty_reply(4, "% Command incomplete"),
        _ => vty_reply(0, EMPTY),
    };
    stand_in::vty(&scene.path("bgpd.vty"), Answer::Made(Arc::new(answer)));
    scene.edit("config.json", |config| config["largest-loss"] = json!(50));
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, count(&scene)), (Outcome::Good, 10));
    (scene, routes)
}

fn reply(numbers: std::ops::Range<u32>) -> String {
    let routes: Vec<_> = prefixes(numbers)
        .iter()
        .map(|prefix| format!(r#""{prefix}": [{{"valid": true, "bestpath": true}}]"#))
        .collect();
    format!(r#"{{"routes": {{{}}}}}"#, routes.join(","))
}

/// How many prefixes the first application has; the second has its one.
fn count(scene: &Scene) -> usize {
    let prefixes = scene.prefixes();
    let (first, second) = prefixes.split_once(" | ").unwrap();
    assert_eq!(second, "10.20.0.0/16", "the other application is not affected");
    first.split_whitespace().count()
}

/// Lets so many seconds go by, as far as the state knows.
fn age(scene: &Scene, seconds: u64) {
    scene.edit("state/last-run.json", |state| {
        for kept in state["kept"].as_array_mut().into_iter().flatten() {
            kept["since"] = json!(kept["since"].as_u64().unwrap() - seconds);
        }
    });
    let text = fs::read_to_string(scene.path("state/recent.json")).unwrap();
    let mut recent: Value = serde_json::from_str(&text).unwrap();
    for application in recent["applications"].as_array_mut().unwrap() {
        if let Some(since) = application["kept"]["since"].as_u64() {
            application["kept"]["since"] = json!(since - seconds);
        }
    }
    let text = recent.to_string();
    let digest = bgpcs::digest::digest_of_bytes(text.as_bytes());
    fs::write(scene.path("state/recent.json"), text).unwrap();
    scene.edit("state/last-run.json", |state| state["last-good"]["recent"] = json!(digest));
}

fn error(scene: &Scene) -> String {
    scene.json("output.json")["error"].as_str().unwrap_or_default().to_owned()
}

fn keeps(state: &State) -> Option<(u64, u64)> {
    state.kept.iter().find_map(|kept| Some((kept.loss?.lost, kept.loss?.had)))
}

/// A community that never had an answer takes no prefixes with it, so that the others are not believed any sooner.
#[test]
fn beside_a_failure_that_stays() {
    let (scene, routes) = scene();
    scene.edit("config.json", |config| {
        config["applications"][0]["bgp-community"] = json!(["12076:5010", "64512:1:2"]);
    });
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, count(&scene)), (Outcome::Partial, 10));
    *routes.lock().unwrap() = reply(0..3);
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, count(&scene), keeps(&state)), (Outcome::Partial, 10, Some((7, 10))));
}

#[test]
fn of_a_run() {
    let (scene, routes) = scene();
    *routes.lock().unwrap() = reply(0..3);
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, count(&scene), keeps(&state)), (Outcome::Partial, 10, Some((7, 10))));
    let said = error(&scene);
    assert!(
        said.starts_with(
            "LossError: more than largest-loss 50 percent of the prefixes disappeared, so they stay until "
        ) && said.ends_with(" on application ExchangeOnline and community 12076:5010"),
        "{said}"
    );
    let doctor = scene.answer(&["doctor"]);
    for expected in [
        "warn  kept",
        "7 of 10 prefixes disappeared",
        "partial: applications keep what they had",
        "if that is meant, wait",
    ] {
        assert!(doctor.contains(expected), "{expected}: {doctor}");
    }
    let status = scene.answer(&["status"]);
    assert!(status.contains("partial, some applications keep what they had"), "{status}");
    let status: Value = serde_json::from_str(&scene.answer(&["status", "--json"])).unwrap();
    assert_eq!(status["kept"][0]["loss"], json!({"lost": 7, "had": 10}));

    // As long as nothing changes, neither does what is said.
    age(&scene, 200);
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, count(&scene)), (Outcome::Partial, 10));
    age(&scene, 100);
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, count(&scene), keeps(&state)), (Outcome::Good, 3, None));
    assert_eq!(error(&scene), "");
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, count(&scene)), (Outcome::Good, 3), "for good");
}

/// Nothing of it is asked for where no operator limits the loss.
#[test]
fn off_by_default() {
    let (scene, routes) = scene();
    scene.edit("config.json", |config| {
        config.as_object_mut().unwrap().remove("largest-loss");
    });
    scene.ask_bgpd();
    assert!(!scene.path("state/recent.json").exists());
    *routes.lock().unwrap() = reply(0..1);
    assert_eq!((scene.ask_bgpd().0.outcome, count(&scene)), (Outcome::Good, 1));
}

#[test]
fn a_change_of_configuration_is_exempt() {
    type Change = fn(&mut Value);
    let exempt: [(&str, Change, usize); 5] = [
        ("a guard", |config| config["shortest-ipv4-prefix"] = json!(17), 0),
        ("within", |config| config["applications"][0]["within"] = json!(["10.0.0.0/15"]), 2),
        ("a community", |config| config["applications"][0]["bgp-community"] = json!(["12076:5999"]), 0),
        ("largest-loss", |config| config["largest-loss"] = json!(100), 3),
        ("stale-path-time", |config| config["stale-path-time"] = json!(0), 3),
    ];
    for (case, change, expected) in exempt {
        let (scene, routes) = scene();
        scene.edit("config.json", change);
        if expected == 3 {
            *routes.lock().unwrap() = reply(0..3);
        }
        let (state, _) = scene.ask_bgpd();
        let prefixes = scene.prefixes();
        let (first, _) = prefixes.split_once(" | ").unwrap();
        assert_eq!((state.outcome, first.split_whitespace().count()), (Outcome::Good, expected), "{case}");
    }
    // What does not select its prefixes is no excuse.
    let (scene, routes) = scene();
    *routes.lock().unwrap() = reply(0..3);
    scene.edit("config.json", |config| config["duration"] = json!(99));
    assert_eq!((scene.ask_bgpd().0.outcome, count(&scene)), (Outcome::Partial, 10));
    // Merged prefixes are other prefixes, but no loss.
    *routes.lock().unwrap() = reply(TEN);
    assert_eq!((scene.ask_bgpd().0.outcome, count(&scene)), (Outcome::Good, 10));
    scene.edit("config.json", |config| config["aggregate-prefixes"] = json!(true));
    assert_eq!((scene.ask_bgpd().0.outcome, count(&scene)), (Outcome::Good, 2));
    *routes.lock().unwrap() = reply(0..9);
    assert_eq!((scene.ask_bgpd().0.outcome, count(&scene)), (Outcome::Good, 2), "10.0.0.0/13 10.8.0.0/16");
}

/// The source goes away while an application keeps what it had: it keeps it on, for as long as everything stays.
#[test]
fn without_an_answer() {
    let (scene, routes) = scene();
    *routes.lock().unwrap() = reply(0..3);
    scene.ask_bgpd();
    fs::rename(scene.path("bgpd.vty"), scene.path("away")).unwrap();
    assert_eq!((scene.ask_bgpd().0.outcome, count(&scene)), (Outcome::Held, 10));
    // Much later it has few prefixes. There is nothing left to compare with.
    scene.edit("state/last-run.json", |state| state["last-good"]["time"] = json!(now() - 400));
    assert_eq!(scene.ask_bgpd().0.outcome, Outcome::Failed);
    fs::rename(scene.path("away"), scene.path("bgpd.vty")).unwrap();
    assert_eq!((scene.ask_bgpd().0.outcome, count(&scene)), (Outcome::Good, 3));
}

/// To keep more than `max-prefixes` is no help.
#[test]
fn max_prefixes_is_the_limit() {
    let (scene, routes) = scene();
    scene.edit("config.json", |config| config["max-prefixes"] = json!(12));
    scene.ask_bgpd();
    *routes.lock().unwrap() = reply(30..34);
    let (state, _) = scene.ask_bgpd();
    assert_eq!((state.outcome, count(&scene)), (Outcome::Good, 4));
    assert!(state.warnings[0].contains("more than max-prefixes 12"), "{:?}", state.warnings);
}

/// What is remembered is never more than is read again; beyond that a loss is believed, and that is told.
#[test]
fn as_much_as_is_remembered() {
    let mut configuration: ModuleConfiguration =
        serde_json::from_value(Scene::new().json("config.json")).unwrap();
    configuration.largest_loss = LargestLoss::new(50).unwrap();
    configuration.max_prefixes = MaxPrefixes::new(1_000_000).unwrap();
    let name = configuration.applications[0].application_name.clone();
    // As long as a prefix can be.
    let prefix = |index: u128| {
        let address =
            Ipv6Addr::from_bits((0x2001_1db8_1234_5678_9abc_def0_u128 << 32) + 0x1000_0000 + (index << 2));
        format!("{address}/126").parse().unwrap()
    };
    let directory = tempfile::tempdir().unwrap();
    for (count, fits) in [(MOST_REMEMBERED, true), (MOST_REMEMBERED + 1, false)] {
        let all: Vec<Prefix> = (0..count as u128).map(prefix).collect();
        let mut services = Services::default();
        services.add(&name, &all);
        let mut warnings = Vec::new();
        let mut keep = Keep {
            configuration: &configuration,
            last_good: Some(1000),
            now: 1000,
            services: &mut services,
            warnings: &mut warnings,
            keeping: Keeping::default(),
        };
        keep.sudden_losses(&|| None, &[], &[]);
        let recent = keep.keeping.recent;
        let digest = recent.save(directory.path()).unwrap();
        assert_eq!(digest.is_some(), fits);
        assert_eq!(warnings.iter().any(|warning| warning.contains("largest-loss has no effect")), !fits);
        assert!(digest.is_none_or(|digest| RecentPrefixes::load(directory.path(), digest).is_some()));
    }
}
