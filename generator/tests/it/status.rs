//! `status`, in every form. The expected outputs are the files `tests/commands/status-*`; `BLESS=1` rewrites them.

use std::fs::{self, File};
use std::time::{Duration, UNIX_EPOCH};

use bgpcs_display::table::Paint;
use bgpcs_testing::guide;
use generate_pillar::report::Log;
use generate_pillar::run::{ConfigurationSource, RunSettings};
use generate_pillar::status::Status;
use serde_json::json;

use crate::conductor::{Conductor, outcome};
use crate::golden;

const NOW: u64 = 1_800_000_000;

/// A conductor that generated an hour before `NOW`, from `before`, and now has the configuration `after`.
fn conductor(before: &str, after: &str) -> (Conductor, RunSettings) {
    let conductor = Conductor::new();
    let configuration = conductor.path("config.json");
    fs::write(&configuration, before).unwrap();
    outcome(conductor.command().arg("--config").arg(&configuration));
    fs::write(&configuration, after).unwrap();
    let pillar_dir = conductor.pillar_dir();
    for entry in fs::read_dir(&pillar_dir).unwrap() {
        let file = File::options().write(true).open(entry.unwrap().path()).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(NOW - 3600)).unwrap();
    }
    let source = ConfigurationSource::File(configuration);
    let settings =
        RunSettings { source, is_whole: true, pillar_dir, dry_run: false, report: None, summary: false };
    (conductor, settings)
}

/// Three routers and a spare one; `community` is what their profile asks for.
fn small(community: &str) -> String {
    let router = |name: &str, profile: &str, assets: &[&str]| {
        let nodes: Vec<_> = assets
            .iter()
            .zip(1..)
            .map(|(asset, number)| json!({"name": format!("node{number}"), "asset-id": asset}))
            .collect();
        json!({"name": name, "node": nodes, "bgp-community-services-profile": profile,
            "application-identification": {"mode": ["module"]}})
    };
    let application = json!({"application-name": "ExchangeOnline", "bgp-community": [community]});
    let profile = json!({"name": "O365", "application": [application]});
    json!({"authority": {
        "router": [router("boston", "O365", &["boston-1", "boston-2"]), router("lima", "O365", &["lima-1"]),
            router("oslo", "O366", &["oslo-1"]), {"name": "spare", "node": [{"name": "node1", "asset-id": "spare-1"}]}],
        "bgp-community-services-profile": [profile],
        "service": [{"name": "MSEX", "application-name": ["ExchangeOnline"]}],
    }})
    .to_string()
}

#[test]
fn each_form_is_what_is_expected() {
    let healthy = small("12076:5010").replace("O366", "O365");
    let outdated = small("12076:5020");
    for (name, before, after) in
        [("healthy", &healthy, &healthy), ("outdated", &healthy, &outdated), ("new", &outdated, &healthy)]
    {
        let (_conductor, settings) = conductor(before, after);
        let mut status = Status::gather(&settings, NOW, &mut Log::default()).unwrap();
        if name == "healthy" {
            let stale = guide::stale("conductor", |command| match command {
                "generate_pillar status" => status.text(Paint(false)),
                other => panic!("{other} is not in this scenario"),
            });
            assert!(stale.is_empty(), "{stale:?}");
        }
        let mut printed = format!("{}---\n{}", status.text(Paint(false)), status.json().unwrap());
        golden::expect(&format!("status-{name}-detail"), &status.detail());
        assert!(status.only(&["lima"]) && !status.only(&["nowhere"]));
        printed += &format!(
            "---\n{}",
            Status::gather(&settings, NOW, &mut Log::default())
                .map(|mut one| {
                    one.only(&["oslo"]);
                    one.text(Paint(false))
                })
                .unwrap()
        );
        golden::expect(&format!("status-{name}"), &printed);
    }
}

#[test]
fn the_exit_status_tells_how_things_are() {
    let healthy = small("12076:5010").replace("O366", "O365");
    for (before, after, arguments, expected) in [
        (healthy.clone(), healthy.clone(), "status", 0),
        (healthy.clone(), small("12076:5020"), "status", 1),
        (healthy.clone(), small("12076:5010"), "status lima --json", 0),
        (healthy.clone(), healthy.clone(), "status nowhere", 2),
        (healthy.clone(), "{".to_owned(), "status", 2),
    ] {
        let (conductor, _) = conductor(&before, &after);
        let ended = outcome(
            conductor.command().args(arguments.split(' ')).arg("--config").arg(conductor.path("config.json")),
        );
        assert_eq!(ended.status, expected, "{arguments}: {} {}", ended.stdout, ended.stderr);
    }
}

/// The page of a thousand routers, `fleet.html`, of which four are broken.
pub fn fleet() -> Conductor {
    let routers: Vec<_> = (0..1000)
        .map(|number| {
            let name = format!("router{number}");
            let profile = if number % 250 == 7 { "Missing" } else { "O365" };
            let nodes: Vec<_> = (0..=number % 2)
                .map(|node| json!({"name": format!("node{node}"), "asset-id": format!("{name}-{node}<i>")}))
                .collect();
            json!({"name": name, "node": nodes, "bgp-community-services-profile": profile,
                "application-identification": {"mode": ["module"]}})
        })
        .collect();
    let application =
        json!({"application-name": "<script>alert('x')</script>", "bgp-community": ["12076:5010"]});
    let configuration = json!({"authority": {
        "router": routers, "bgp-community-services-profile": [{"name": "O365", "application": [application]}],
    }})
    .to_string();
    let (conductor, settings) = conductor(&configuration, &configuration);
    let page = conductor.path("fleet.html");
    fs::write(&page, Status::gather(&settings, NOW, &mut Log::default()).unwrap().html()).unwrap();
    conductor
}
