//! The table.

use super::*;

/// What is wrong, how it comes about, the codes that are found, the exit status, and what the advice says.
pub type State = (&'static str, fn(&mut Router), &'static str, Exit, &'static str);

pub const STATES: &[State] = &[
    (
        "nothing is installed",
        |router| {
            for file in [EXECUTABLE, LINK, "config.json", "output.json", "state/last-run.json"] {
                router.remove(file);
            }
        },
        "package-missing",
        Exit::Broken,
        "salt-call state.highstate",
    ),
    ("no link", |router| router.remove(LINK), "link-missing", Exit::Broken, "ln -sfn"),
    (
        "a link to nothing",
        |router| {
            router.remove(LINK);
            symlink("nothing", router.scene.path(LINK)).unwrap();
        },
        "link-broken",
        Exit::Broken,
        "ln -sfn",
    ),
    (
        "no configuration",
        |router| {
            router.remove("config.json");
            router.run();
        },
        "configuration-missing",
        Exit::Broken,
        "generate_pillar status",
    ),
    (
        "a damaged configuration",
        |router| fs::write(router.scene.path("config.json"), "{").unwrap(),
        "configuration-unusable",
        Exit::Broken,
        "generate_pillar status",
    ),
    (
        "no application",
        |router| router.configure(&json!({"applications": []})),
        "configuration-empty",
        Exit::Degraded,
        "add an application",
    ),
    (
        "another mode",
        |router| {
            router
                .scene
                .edit(RUNNING, |value| *value = json!({"authority": {"router": [{"name": "router1"}]}}))
        },
        "mode-module-missing",
        Exit::Broken,
        "application-identification mode module",
    ),
    (
        "a registration",
        |router| {
            fs::create_dir_all(router.scene.path(REGISTRATION).parent().unwrap()).unwrap();
            fs::write(router.scene.path(REGISTRATION), "").unwrap();
        },
        "registration-left",
        Exit::Degraded,
        "salt-call state.highstate",
    ),
    (
        "watch without its service",
        |router| router.scene.edit("config.json", |value| value["update-mode"] = json!("watch")),
        "service-missing",
        Exit::Degraded,
        "systemctl start bgp-community-services",
    ),
    ("watch with its service", Router::start_service, "", Exit::Healthy, ""),
    (
        "poll with a service",
        |router| {
            router.start_service();
            router.scene.edit("config.json", |value| value["update-mode"] = json!("poll"));
        },
        "service-unexpected",
        Exit::Degraded,
        "systemctl disable --now",
    ),
    (
        "bgpd is gone, and prefixes are kept",
        |router| {
            router.bgpd.kill();
            router.sessions = vec![None, None];
            router.run();
        },
        "source-silent",
        Exit::Degraded,
        "show system processes",
    ),
    (
        "bgpd is gone, and no prefixes are left",
        |router| {
            router.scene.edit("config.json", |value| value["stale-path-time"] = json!(0));
            router.bgpd.kill();
            router.sessions = vec![None, None];
            router.run();
        },
        "source-silent",
        Exit::Broken,
        "show system processes",
    ),
    (
        "no session",
        |router| {
            router.sessions = vec![None, None];
            eventually("the sessions are lost", || {
                router.bgpd.received().iter().all(|(_, count)| *count == 0)
            });
            router.run();
        },
        "sessions-none",
        Exit::Degraded,
        "show bgp summary",
    ),
    (
        "a session of two",
        |router| {
            router.sessions[1] = None;
            eventually("the session is lost", || router.codes() != "");
        },
        "session-lost",
        Exit::Degraded,
        "show bgp neighbors",
    ),
    (
        "no run yet",
        |router| {
            router.remove("state/last-run.json");
            router.remove("output.json");
        },
        "run-missing",
        Exit::Broken,
        "bgp-community-services run",
    ),
    (
        "no output file",
        |router| router.remove("output.json"),
        "output-missing",
        Exit::Broken,
        "run once by hand",
    ),
    (
        "no run for two hours",
        |router| router.last_run(|state| state["finished"] = json!(now() - 7200)),
        "run-overdue",
        Exit::Broken,
        "application-identification mode module",
    ),
    (
        "a run in the future",
        |router| router.last_run(|state| state["finished"] = json!(now() + 7200)),
        "run-in-future",
        Exit::Degraded,
        "check the clock",
    ),
    (
        "a damaged state",
        |router| fs::write(router.scene.path("state/last-run.json"), "{\"outcome\": ").unwrap(),
        "state-unreadable",
        Exit::Degraded,
        "check its owner",
    ),
    (
        "a damaged history",
        |router| fs::write(router.scene.path("state/history.jsonl"), [0xff, 0xfe]).unwrap(),
        "state-unreadable",
        Exit::Degraded,
        "check its owner",
    ),
    (
        "more prefixes than allowed",
        |router| {
            router.scene.edit("config.json", |value| value["max-prefixes"] = json!(3));
            router.run();
        },
        "prefix-limit",
        Exit::Degraded,
        "raise max-prefixes",
    ),
    (
        "most prefixes of an application are gone",
        |router| {
            router.announce(&ROUTES[2..]);
            router.run();
        },
        "application-loss",
        Exit::Degraded,
        "explain 12076:5010",
    ),
    (
        "all prefixes of an application are gone",
        |router| {
            router.announce(&ROUTES[3..]);
            router.run();
        },
        "application-empty",
        Exit::Degraded,
        "explain 12076:5010",
    ),
    (
        "one of two communities brings nothing",
        |router| {
            router.announce(&ROUTES[..4]);
            router.run();
        },
        "community-empty",
        Exit::Degraded,
        "explain 12076:5021",
    ),
    (
        "a prefix in two applications",
        |router| {
            router.announce(&[&ROUTES[1..], &["198.51.100.0/26 12076:5010 12076:5020"]].concat());
            router.run();
        },
        "prefix-shared",
        Exit::Degraded,
        "explain 198.51.100.0/26",
    ),
    (
        "one community is refused",
        |router| {
            router.refuse(&["12076:5021"]);
            router.run();
        },
        "community-stale",
        Exit::Degraded,
        "explain 12076:5021",
    ),
    (
        "all communities are refused, and prefixes are kept",
        |router| {
            router.refuse(&["12076:"]);
            router.run();
        },
        "run-held",
        Exit::Degraded,
        "explain 12076:5010",
    ),
    (
        "all communities are refused, and no prefixes are left",
        |router| {
            router.scene.edit("config.json", |value| value["stale-path-time"] = json!(0));
            router.refuse(&["12076:"]);
            router.run();
        },
        "run-failed",
        Exit::Broken,
        "explain 12076:5010",
    ),
    (
        "bgpd has just started",
        |router| {
            // A slow machine may take longer than BGP may be silent.
            eventually("a run finds that BGP has just started", || {
                router.mend();
                router.start_anew();
                router.scene.ask_bgpd().0.outcome == Outcome::Held
            });
        },
        "not-converged",
        Exit::Degraded,
        "wait a minute",
    ),
    (
        "a default route that is wanted",
        |router| {
            router.scene.edit("config.json", |value| value["shortest-ipv4-prefix"] = json!(0));
            router.announce(&[&ROUTES[..], &["0.0.0.0/0 12076:5010"]].concat());
            router.run();
        },
        "answer-unusual",
        Exit::Degraded,
        "bgp-community-services show",
    ),
    (
        "a default route that is left out",
        |router| {
            router.announce(&[&ROUTES[..], &["0.0.0.0/0 12076:5010"]].concat());
            router.run();
        },
        "prefix-left-out",
        Exit::Degraded,
        "shortest-ipv4-prefix",
    ),
    (
        "a loss that is not believed",
        |router| {
            router.scene.edit("config.json", |value| value["largest-loss"] = json!(50));
            router.run();
            router.announce(&ROUTES[2..]);
            router.run();
        },
        "application-kept",
        Exit::Degraded,
        "if that is meant, wait",
    ),
];
