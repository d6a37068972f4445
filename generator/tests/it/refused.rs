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

/// Texts that are no configuration although they look like one: the input, and the part of the message that matters.
fn others() -> Vec<(Vec<u8>, &'static str)> {
    let xml = |text: &str| text.replace("<authority>", AUTHORITY).into_bytes();
    let deleted = |attribute: &str| {
        xml(&format!(
            "<config>\n<authority>\n<router><name>r</name></router>\n<tenant {attribute}><name>t</name></tenant>\n\
             </authority></config>"
        ))
    };
    let flat = |line: &str| format!("config authority router r name r\n{line}\n").into_bytes();
    let profile = |line: &str| flat(&format!("config authority bgp-community-services-profile P {line}"));
    let utf_16 = |bytes: fn(u16) -> [u8; 2]| "<config/>".encode_utf16().flat_map(bytes).collect();
    vec![
        (
            include_bytes!("../refused/compare-delete.txt").into(),
            "line 11: the line begins with delete, so this is a change",
        ),
        (include_bytes!("../refused/delete-only.txt").into(), "line 5: the line begins with delete"),
        (flat("delete config authority router q"), "line 2: the line begins with delete"),
        (flat("config authority delete router q"), "line 2: the line begins with delete"),
        (
            flat("config authority tenant t\nconfig authority delete tenant t"),
            "line 3: the line begins with delete",
        ),
        (profile("delete application a"), "line 2: the line begins with delete"),
        (flat("admin@node1.conductor1# delete authority router q"), "line 2: the line begins with delete"),
        (
            b"no config authority router r\nconfig authority router q name q\n".into(),
            "line 1: the line begins with no",
        ),
        (deleted("operation=\"delete\""), "the element tenant has the operation delete or remove"),
        (deleted("operation = 'remove'"), "so this is a change and not a configuration, at line 4"),
        (
            deleted("a='>' xmlns:nc='urn:ietf:params:xml:ns:netconf:base:1.0' nc:operation='delete'"),
            "the element tenant has the operation delete or remove",
        ),
        (
            xml("<config><authority><router operation='remove'><name>r</name></router></authority></config>"),
            "the element router has the operation delete or remove",
        ),
        (b"\n#123\n<rpc-reply>".into(), "it is in the chunks of NETCONF 1.1"),
        (
            xml("<authority></authority>\n##\n"),
            "the chunks of NETCONF 1.1, which begin with #, are around it",
        ),
        (b"{% for r in routers %}\nconfig".into(), "it is a Jinja template"),
        (b"{{ config }}".into(), "it is a Jinja template"),
        (b"{# a comment #}\n{}".into(), "it is a Jinja template"),
        (xml("<authority></authority>{% endif %}"), "a Jinja template is around it"),
        (b"config\n authority\n  router {{ name }}\n".into(), "line 3: the line is part of a Jinja template"),
        (b"config\n authority\n  {% if x %}\n".into(), "line 3: the line is part of a Jinja template"),
        (
            profile("application \u{201C}a\u{201D} bgp-community 1:1"),
            "begins with a typographic quote, expected",
        ),
        (profile("bgp\u{2010}community 1:1"), "is not a keyword, for these have ASCII characters only"),
        (b"config\n authority\n  rout\xE9r r\n".into(), "line 3: \"rout\u{fffd}r\" is not a keyword"),
        (utf_16(u16::to_le_bytes), "it is UTF-16, expected UTF-8"),
        (utf_16(u16::to_be_bytes), "it is UTF-16, expected UTF-8"),
        (
            include_bytes!("../data/compressed/export-profile.gz")[..300].into(),
            "its gzip data is damaged or was cut off",
        ),
        (
            include_bytes!("../refused/log-injection.xml").into(),
            "the end tag \"x\\n2026-11-25T19:00:00Z done: 5000 written, 0 removed, 0 unchanged, 0 kept for nodes in \
             error\\u{1b}[2J\\u{1b}]0;pwned\\u{7}\" closes nothing, expected that of authority, at line 2",
        ),
    ]
}

#[test]
fn a_service_may_be_named_delete() {
    let conductor = Conductor::new();
    for text in [
        "config authority service delete name delete\nconfig authority service delete application-name delete\n",
        "config\n authority\n  service delete\n   name delete\n  exit\n exit\nexit\n",
    ] {
        let outcome = conductor.generate_from(text.as_bytes());
        assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    }
}

#[test]
fn blanks_that_were_pasted_are_blanks_except_in_quotes() {
    let profile = "config\u{a0}authority bgp-community-services-profile P";
    let text = format!(
        "\u{feff}{profile} application \"a\u{a0}b\" bgp-community\u{2003}1:1\u{a0}\n\
         {profile}\u{200b} \u{3000}application \"a\u{a0}b\"\u{a0}bgp-community 1:2\n\
         config authority router r node n asset-id n\n\
         config authority router r bgp-community-services-profile\u{202f}P\n"
    );
    let conductor = Conductor::new();
    assert_eq!(conductor.generate_from(text.as_bytes()).status, 0);
    let pillar = &conductor.files()["n.sls"];
    assert!(pillar.contains("a\u{a0}b") && pillar.contains("1:1") && pillar.contains("1:2"), "{pillar}");
}

#[test]
fn each_says_what_is_wrong_and_where() {
    let conductor = Conductor::new();
    let running = conductor.path("running");
    std::fs::write(&running, include_bytes!("../refused/three-routers.txt")).unwrap();
    assert_eq!(conductor.generate(&running).status, 0);
    let pillars = conductor.files();
    assert_eq!(pillars.len(), 2);
    for (input, message) in cases().into_iter().chain(others()) {
        let outcome = conductor.generate_from(&input);
        let start = String::from_utf8_lossy(input.get(..200).unwrap_or(&input));
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{start}");
        assert!(outcome.stderr.contains(message), "{start}\n{}", outcome.stderr);
        let begins = "generate_pillar: error cannot use the configuration on standard input: it is ";
        assert!(outcome.stderr.starts_with(begins), "{}", outcome.stderr);
        let ends = "; nothing was changed; export the whole running configuration again, or name another one with \
                    --config\n";
        assert!(outcome.stderr.ends_with(ends), "{}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        assert_eq!(conductor.files(), pillars, "{start}");
    }
}
