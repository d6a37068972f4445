//! `preview`: which profile is meant, in every form in which operators have one.

use std::fs;

use bgp_community_services::error_text::with_causes;
use bgpcs_configuration::{preset, read_profiles};

use crate::scene::Scene;

const BLOCK: &str = "bgp-community-services-profile  P
    name         P
    largest-loss 30
    application  A
        application-name  A
        bgp-community     64512:1
        bgp-community     64512:2
        within            192.0.2.0/24
    exit
exit
";

const XML: &str = "<bgp-community-services-profile><name>P</name><largest-loss>30</largest-loss><application>\
    <application-name>A</application-name><bgp-community>64512:1</bgp-community><bgp-community>64512:2</bgp-community>\
    <within>192.0.2.0/24</within></application></bgp-community-services-profile>";

const JSON: &str = r#"{"name": "P", "largest-loss": 30, "application": [
    {"application-name": "A", "bgp-community": ["64512:1", "64512:2"], "within": ["192.0.2.0/24"]}]}"#;

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("        {line}\n")).collect()
}

#[test]
fn a_profile_in_any_form() {
    const PLUGIN: &str = "http://128technology.com/t128/config/bgp-community-services-config";
    const AUTHORITY: &str = "http://128technology.com/t128/config/authority-config";
    let flat = "config authority bgp-community-services-profile P";
    let application = format!("{flat} application A");
    for (form, text) in [
        ("a block", BLOCK.to_owned()),
        ("a block as it stands in a configuration", indented(BLOCK)),
        ("a configuration", format!("config\n    authority\n{}    exit\nexit\n", indented(BLOCK))),
        (
            "flat",
            format!(
                "{flat} name P\n{flat} largest-loss 30\n{application} application-name A\n{application} bgp-community \
                 64512:1\n{application} bgp-community 64512:2\n{application} within 192.0.2.0/24\n"
            ),
        ),
        ("XML without a namespace", XML.to_owned()),
        ("XML", XML.replacen("-profile>", &format!("-profile xmlns=\"{PLUGIN}\">"), 1)),
        ("XML with its declaration", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{XML}")),
        (
            "XML of an authority",
            format!(
                "<config><authority xmlns=\"{AUTHORITY}\">{}</authority></config>",
                XML.replacen("-profile>", &format!("-profile xmlns=\"{PLUGIN}\">"), 1)
            ),
        ),
        ("JSON", JSON.to_owned()),
        ("JSON of a list", format!(r#"{{"bgp-community-services-profile": [{JSON}]}}"#)),
        ("JSON of an authority", format!(r#"{{"authority": {{"bgpCommunityServicesProfile": [{JSON}]}}}}"#)),
    ] {
        let read = read_profiles(text.as_bytes()).unwrap_or_else(|error| panic!("{form}: {error}"));
        let [written] = read.profiles.as_slice() else { panic!("{form}: {read:?}") };
        let profile = written.check().unwrap_or_else(|faults| panic!("{form}: {faults:?}"));
        let [application] = profile.configuration.applications.as_slice() else { panic!("{form}") };
        let communities: Vec<String> = application.bgp_community.iter().map(ToString::to_string).collect();
        assert_eq!(
            (profile.name.as_str(), profile.configuration.largest_loss.get(), communities.as_slice()),
            ("P", 30, &["64512:1".to_owned(), "64512:2".to_owned()][..]),
            "{form}"
        );
        assert_eq!(application.within.len(), 1, "{form}");
        assert!(read.unknown.is_empty(), "{form}: {:?}", read.unknown);
    }
}

/// What is no profile says what was found, and what was expected.
#[test]
fn what_is_no_profile() {
    let scene = Scene::new();
    let two = format!("{{\"bgp-community-services-profile\": [{JSON}, {}]}}", JSON.replace("\"P\"", "\"Q\""));
    for (text, words, expected) in [
        ("", &[][..], "it is empty"),
        ("<config/>", &[], "expected"),
        (r#"{"authority": {}}"#, &[], "has no profile, expected a bgp-community-services-profile"),
        (&two, &[], "has the profiles P, Q, expected the name of one of them with --name"),
        (&two, &["--name", "R"], "expected one with the name R"),
        (&JSON.replace("64512:2", "64512:70000"), &[], "profile P is not valid: application A: "),
        ("bgp-community-services-profile P\n  delete application A\nexit\n", &[], "delete"),
    ] {
        fs::write(scene.path("profile"), text).unwrap();
        let path = scene.path("profile");
        let words = [&["preview", "--profile", path.to_str().unwrap()][..], words].concat();
        let error = with_causes(&scene.try_to_answer(&words).unwrap_err());
        assert!(error.contains(expected), "{expected}: {error}");
    }
    let error = with_causes(&scene.try_to_answer(&["preview", "--profile", "O356"]).unwrap_err());
    let names: Vec<String> = preset::all().unwrap().iter().map(|preset| preset.name.to_string()).collect();
    assert!(error.contains("no preset O356") && error.contains(&names.join(", ")), "{error}");
}

#[test]
fn presets_are_profiles() {
    for preset in preset::all().unwrap() {
        let profile = preset.profile().unwrap_or_else(|faults| panic!("{}: {faults:?}", preset.name));
        assert_eq!(profile.configuration.applications, preset.applications, "{}", preset.name);
    }
}
