//! `status --json --brief`: one short line, whatever is configured.

use std::fs;

use bgp_community_services::operator::answer;
use bgp_community_services::settings::{Action, Settings};
use bgpcs::brief::{Brief, LONGEST};
use serde_json::{Value, json};

const NOW: u64 = 1_800_000_000;

/// The line, on a router with these applications, whose prefixes are in the output file.
fn line(applications: &[(String, Vec<&str>)], router: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let configured: Vec<Value> = applications
        .iter()
        .map(|(name, _)| json!({"application-name": name, "bgp-community": ["64512:30"]}))
        .collect();
    let entries =
        |prefixes: &[&str]| prefixes.iter().map(|prefix| json!({"ip-prefix": prefix})).collect::<Vec<_>>();
    let services: serde_json::Map<String, Value> =
        applications.iter().map(|(name, prefixes)| (name.clone(), entries(prefixes).into())).collect();
    fs::write(file("config.json"), json!({"applications": configured, "duration": 60}).to_string()).unwrap();
    fs::write(file("output.json"), json!({"services": services}).to_string()).unwrap();
    fs::create_dir_all(file("etc/128technology")).unwrap();
    let init = json!({"init": {"routerName": router}}).to_string();
    fs::write(file("etc/128technology/global.init"), init).unwrap();
    let words = ["bgp-community-services", "status", "--json", "--brief", "--source", "bgpd"];
    let paths = [
        ("--config", "config.json"),
        ("--output", "output.json"),
        ("--state-dir", "state"),
        ("--root", "."),
        ("--bgpd-socket", "bgpd.vty"),
    ];
    let paths = paths.iter().flat_map(|(option, name)| [(*option).to_owned(), file(name)]);
    let settings = Settings::from_words(words.map(str::to_owned).into_iter().chain(paths)).unwrap();
    let Action::Answer(request) = &settings.action else { panic!("it is for an operator") };
    answer(&settings, request, NOW, false).unwrap().text
}

fn brief(line: &str) -> Brief {
    assert!(line.len() <= LONGEST && line.ends_with('\n') && line.lines().count() == 1, "{line}");
    serde_json::from_str(line).unwrap()
}

#[test]
fn it_is_one_line_of_at_most_two_kibibytes() {
    let name = |number: usize| format!("Application {number} {}", "ü\"".repeat(number % 9));
    for count in [0, 1, 5, 20, 500] {
        let applications: Vec<_> = (0..count).map(|number| (name(number), vec!["10.0.0.0/8"])).collect();
        let brief = brief(&line(&applications, "router1"));
        assert_eq!(brief.applications.len() + brief.left_out, count);
        assert!(count > 5 || brief.left_out == 0, "{count}: {}", brief.left_out);
        assert_eq!((brief.prefixes, brief.router.as_deref()), (count as u64, Some("router1")));
    }
    for odd in ["x".repeat(4000), "line\nbreak".to_owned()] {
        assert_eq!(brief(&line(&[], &odd)).router, None, "{odd:?}");
    }
}

#[test]
fn the_digest_tells_prefixes_apart() {
    let of = |prefixes: &[&'static str]| {
        let line = line(&[("Voice".to_owned(), prefixes.to_vec())], "router1");
        let brief = brief(&line);
        let voice = &brief.applications[0];
        assert_eq!(voice.ipv4 + voice.ipv6, prefixes.len() as u64);
        (voice.digest.clone(), brief.digest.clone())
    };
    let (own, whole) = of(&["10.0.0.0/8", "2001:db8::/32"]);
    assert_eq!((own.clone(), whole.clone()), of(&["2001:db8::/32", "10.0.0.0/8"]));
    for other in [&["10.0.0.0/8"][..], &["10.0.0.0/9", "2001:db8::/32"], &[]] {
        let (digest, digest_of_all) = of(other);
        assert!(digest != own && digest_of_all != whole, "{other:?}");
    }
}
