//! The page of `report --html` in a real browser.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use bgp_community_services::operator::answer;
use bgp_community_services::settings::{Action, Settings};
use bgpcs_testing::browser::{Browser, VIEWS};
use serde_json::{Value, json};

const NOW: u64 = 1_800_000_000;

/// Writes the page of what is in a directory.
fn report(directory: &Path) -> String {
    let path = |name: &str| directory.join(name).into_os_string().into_string().unwrap();
    let page = path("report.html");
    let words = [
        ["bgp-community-services", "report"],
        ["--html", &page],
        ["--config", &path("config.json")],
        ["--output", &path("output.json")],
        ["--state-dir", &path("state")],
        ["--root", &path("root")],
        ["--bgpd-socket", &path("bgpd.vty")],
        ["--source", "bgpd"],
    ];
    let settings = Settings::from_words(words.as_flattened()).unwrap();
    let Action::Answer(request) = &settings.action else { panic!("not for an operator") };
    answer(&settings, request, NOW, false).unwrap();
    page
}

/// A router with many applications and prefixes and a month of history.
fn busy_router(directory: &Path) {
    let names = [
        "ExchangeOnline",
        "SharePointOnline",
        "SkypeForBusiness",
        "OtherO365",
        "AzureStorage",
        "AzureSql",
        "Backup",
        "Voice",
        "Spare",
    ];
    let (mut applications, mut services) = (Vec::new(), serde_json::Map::new());
    for (at, name) in names.iter().enumerate() {
        applications
            .push(json!({"application-name": name, "bgp-community": [format!("12076:{}", 5000 + 10 * at)]}));
        let mut prefixes = Vec::new();
        for n in 0..(700 / (at * at + 1)) {
            let (second, third) = ((n / 9 + at * 29) % 256, (n * 13) % 256);
            prefixes.push(
                json!({"ip-prefix": format!("{}.{second}.{third}.0/24", [13, 20, 40, 52, 104][n % 5])}),
            );
            if n % 4 == 0 {
                prefixes
                    .push(json!({"ip-prefix": format!("2603:{:x}::/{}", 0x1000 + n * 16 + at, 32 + n % 17)}));
            }
        }
        if *name != "Spare" {
            services.insert((*name).to_owned(), Value::Array(prefixes));
        }
    }
    let mut history = String::new();
    for step in 0_u64..60 {
        let changes: Vec<Value> = names[..8]
            .iter()
            .zip(1_u64..)
            .map(|(name, at)| {
                let ipv4 = 600 / at + (step * 37 * at) % 90;
                json!({"application": name, "ipv4": ipv4, "ipv6": 20, "added": step * at % 5, "removed": step % 3})
            })
            .collect();
        let outcome = if step % 17 == 9 { "held" } else { "good" };
        let error = (outcome == "held").then_some(
            "URLError: [Errno 111] Connection refused on application \
            ExchangeOnline and community 12076:5000",
        );
        let entry = json!({"time": NOW - (60 - step) * 43_200, "outcome": outcome, "error": error, "applications": changes});
        writeln!(history, "{entry}").unwrap();
    }
    let mut changes = String::new();
    for step in 0_u64..60 {
        let time = NOW - (60 - step) * 43_200;
        let mut entries = Vec::new();
        // Each begins where the run before ended, ten hours after the last change.
        if step % 20 == 10 {
            entries.push(json!({"time": time, "no-run-since": time - 30_000}));
        }
        let prefixes: Vec<String> = (0..step).map(|n| format!("10.{step}.{n}.0/24")).collect();
        let lost = json!({"count": 100_000, "why": "session"});
        entries.push(match step % 3 {
            0 => json!({"time": time, "application": names[0], "prefixes": 900, "lost": lost}),
            _ => json!({
                "time": time, "application": names[step as usize % 8], "prefixes": 900 + step,
                "gained": {"count": step, "why": "announced", "prefixes": prefixes},
            }),
        });
        entries.iter().for_each(|entry| writeln!(changes, "{entry}").unwrap());
    }
    copy("healthy", directory);
    fs::create_dir_all(directory.join("state")).unwrap();
    let state = json!({"outcome": "good", "started": NOW - 30, "finished": NOW - 30});
    for (name, content) in [
        ("config.json", json!({"applications": applications}).to_string()),
        ("output.json", json!({"services": services}).to_string()),
        ("state/last-run.json", state.to_string()),
        ("state/history.jsonl", history),
        ("state/changes.jsonl", changes),
    ] {
        fs::write(directory.join(name), content).unwrap();
    }
}

/// Each plot has both axes, whose labels do not overlap; what changed is marked; where nothing ran there is no line.
fn hold_plots_to_their_axes(browser: &Browser) {
    let faults = browser.evaluate(
        "const faults = [];
         for (const chart of document.querySelectorAll('.chart:has(.plot)')) {
           const scale = [...chart.querySelectorAll('.scale span')], times = [...chart.querySelectorAll('.times span')];
           const says = scale.map(label => label.innerText);
           if (!/^[\\d,]+$/.test(says[0]) || says[1] !== 'prefixes' || says[2] !== '0') faults.push(`scale ${says}`);
           for (const time of times)
             if (!/^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ$/.test(time.innerText)) faults.push(`time ${time.innerText}`);
           const boxes = [...scale, ...times].map(label => [label.innerText, label.getBoundingClientRect()]);
           const plot = chart.querySelector('.plot').getBoundingClientRect();
           for (const [name, box] of boxes) {
             if (box.height > 20) faults.push(`${name} is broken`);
             for (const [other, another] of [...boxes, ['the plot', plot]])
               if (name !== other && box.left < another.right && another.left < box.right
                   && box.top < another.bottom - 1 && another.top < box.bottom - 1) faults.push(`${name} on ${other}`);
           }
           if (plot.width < 150 || times.length < 2) faults.push('a plot too small');
         }
         return faults",
    );
    assert_eq!(faults, json!([]));
    let counted = browser.evaluate(
        "const first = document.querySelector('.plot'), count = what => first.querySelectorAll(what).length;
         return [count('.line'), count('.gap'), count('.came'), count('.went'), document.querySelectorAll('.mark').length]",
    );
    assert_eq!(counted, json!([4, 3, 40, 20, 120]), "lines, gaps and marks");
    let gap = browser.evaluate("return document.querySelector('.gap title').textContent");
    assert!(gap.as_str().unwrap().starts_with("nothing ran from 2026-12-2"), "{gap}");
}

/// Copies the files of one of the scenarios of `operator.rs`.
fn copy(scenario: &str, directory: &Path) {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/operator/{scenario}/files/."));
    let copied = Command::new("cp").arg("-a").arg(files).arg(directory).status();
    assert!(copied.unwrap().success());
}

#[test]
fn in_every_view() {
    let browser = Browser::start();
    let scratch = tempfile::tempdir().unwrap();
    busy_router(scratch.path());
    let page = report(scratch.path());
    for view in VIEWS {
        browser.open(Path::new(&page), view);
        browser.screenshot(&format!("router-{}", view.name));
        assert_eq!(browser.faults(), json!([]), "{view:?}");
        assert_eq!(browser.console(), [""; 0], "{view:?}");
        let seen = browser.evaluate(
            "return [document.querySelectorAll('tbody tr').length, document.querySelectorAll('svg.plot').length, \
             document.querySelectorAll('.map figure').length, document.querySelectorAll('script').length]",
        );
        assert_eq!(seen, json!([118, 10, 6, 0]), "rows, plots, blocks and scripts in {view:?}");
        hold_plots_to_their_axes(&browser);
    }
}

/// Names that try to become markup, and a router with nothing on it.
#[test]
fn of_hostile_and_of_absent_files() {
    let browser = Browser::start();
    let scratch = tempfile::tempdir().unwrap();
    copy("hostile", scratch.path());
    let page = report(scratch.path());
    for view in VIEWS {
        browser.open(Path::new(&page), view);
        browser.screenshot(&format!("hostile-{}", view.name));
        assert_eq!(browser.faults(), json!([]), "{view:?}");
        assert_eq!(browser.console(), [""; 0], "{view:?}");
        let names = browser
            .evaluate("return [...document.querySelectorAll('th.name')].map(name => name.innerText.trim())");
        assert_eq!(
            names,
            json!([
                "<script>alert('x')</script>",
                "red \u{fffd}[31m, \"quoted\"",
                "& line\u{fffd}break",
                "\u{fffd}txet",
                "=cmd|' /c calc'!A0"
            ]),
        );
        assert_eq!(browser.evaluate("return document.querySelectorAll('script, b').length"), json!(0));
    }
    let empty = tempfile::tempdir().unwrap();
    let page = report(empty.path());
    browser.open(Path::new(&page), VIEWS[0]);
    browser.screenshot("nothing");
    assert_eq!((browser.faults(), browser.console()), (json!([]), Vec::new()));
}
