//! Configurations that are refused, each with what it says.

use crate::conductor::Conductor;

const AUTHORITY: &str = "<authority xmlns=\"http://128technology.com/t128/config/authority-config\">";

/// Input, and the part of the message that matters.
fn cases() -> Vec<(Vec<u8>, &'static str)> {
    let xml = |text: &str| text.replace("<authority>", AUTHORITY).into_bytes();
    let bomb = "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let external = "<!DOCTYPE b [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    let name = "<authority><router><name>&x;</name></router></authority>";
    let utf_16 = |bytes: fn(u16) -> [u8; 2]| "\u{feff}<config/>".encode_utf16().flat_map(bytes).collect();
    vec![
        (xml(&format!("{bomb}{name}")), "it has a document type"),
        (xml(&format!("{external}{name}")), "it has a document type"),
        (xml(name), "the entity x is not predefined"),
        (xml("<config><authority><router></config>"), "not usable XML"),
        (xml("<config><authority></authority>"), "its root element is not closed, so it was cut off"),
        (xml("<config><authority><a><b></a></authority></config>"), "not usable XML"),
        (xml("<authority></authority><authority></authority>"), "a second element follows its root element"),
        (xml("<authority></authority>trailing"), "text is outside its root element"),
        ("<authority><router/></authority>".into(), "its root element is authority"),
        ("<config/>".into(), "it has no authority of the namespace"),
        ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><config/>".into(), "expected UTF-8"),
        ("<html><body>502 Bad Gateway</body></html>".into(), "its root element is html"),
        ("{\"config\": {}}".into(), "it is JSON without an authority"),
        ("{\"authority\": {}".into(), "not usable JSON"),
        ("{\"authority\": {}} {}".into(), "trailing characters"),
        ("{\"authority\": {\"router\": \"r1\"}}".into(), "expected an object as router"),
        (
            "{\"authority\": {\"router\": {\"name\": {}}}}".into(),
            "expected text, a whole number or a boolean as name",
        ),
        (
            "{\"authority\": {\"router\": {\"name\": 1e3}}}".into(),
            "expected text, a whole number or a boolean as name",
        ),
        ("{\"config\": {\"authority\": null}}".into(), "expected an object as authority"),
        ("{\"authority\": []}".into(), "expected an object as authority"),
        ("{\"authority\": {\"router\": null}}".into(), "expected an object as router"),
        ("{\"error\": \"unauthorized\"}".into(), "it is JSON without an authority"),
        (
            "config\n    authority\n    exit\n".into(),
            "line 4: the block that line 1 opens has no exit before the text ends",
        ),
        (
            "config\n authority\n exit\n exit\nexit\n".into(),
            "line 4: this exit is not indented as line 1, whose block is still open",
        ),
        (
            "config\n authority\n  router r\n   name r\n   x y\n    z\n  exit\n exit\nexit\n".into(),
            "line 7: this exit is not indented as line 5, whose block is still open",
        ),
        (
            "config\n authority\n  router r\n   name r\n  router q\n".into(),
            "line 5: expected the exit of the block that line 3 opens",
        ),
        (
            "config\n authority\n  router r\n   name r\n    deeper\n".into(),
            "line 5: this line is indented more than line 4",
        ),
        ("config\n authority\n  router r s\n".into(), "line 3: router has too many words"),
        ("config\n authority\n  router\n".into(), "line 3: router has no value"),
        ("config authority router r name a b\n".into(), "line 1: name has too many words"),
        ("config authority router\n".into(), "line 1: router has no value"),
        ("config authority router \"r\nq\n".into(), "line 1: the double quote is not closed"),
        (
            "config authority router \"r\"q name x\n".into(),
            "line 1: a closing double quote is followed by more text",
        ),
        (
            "config authority router r name r\nbroken\nconfig authority router q name q\n".into(),
            "line 3: line 2 is not part of the configuration",
        ),
        ("config authority router r name r".into(), "line 1: the text ends in the middle of this line"),
        ("% Error: not logged in\n".into(), "there is no authority up to here"),
        (" \n\t\n".into(), "it is empty"),
        (Vec::new(), "it is empty"),
        (utf_16(u16::to_le_bytes), "it is UTF-16, expected UTF-8"),
        (utf_16(u16::to_be_bytes), "it is UTF-16, expected UTF-8"),
        (
            format!("config authority router \"{}", "x\n".repeat(600_000)).into_bytes(),
            "line 1: this is longer than 1048576 bytes",
        ),
    ]
}

#[test]
fn each_says_what_is_wrong_and_where() {
    let conductor = Conductor::new();
    for (input, message) in cases() {
        let outcome = conductor.generate_from(&input);
        let start = String::from_utf8_lossy(input.get(..200).unwrap_or(&input));
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{start}");
        assert!(outcome.stderr.contains(message), "{start}\n{}", outcome.stderr);
        let begins = "generate_pillar: error cannot use the configuration on standard input: it is ";
        assert!(outcome.stderr.starts_with(begins), "{}", outcome.stderr);
        let ends = "; nothing was changed; export the whole running configuration again, or name another one with \
                    --config\n";
        assert!(outcome.stderr.ends_with(ends), "{}", outcome.stderr);
    }
}
