//! The marked block in `top.sls`.

use std::fs;

use generate_pillar::top_file::{KeepReason, TopFileEdit, add, remove};

use crate::conductor::{Conductor, Outcome, outcome};

const BLOCK: &str = "  # BEGIN bgp-community-services (managed by the package)\n  '**':\n    \
                     - bgp-community-services\n  # END bgp-community-services\n";

/// The environment's line when the file had none.
const ADDED: &str = "plugins: # bgp-community-services (managed by the package)\n";

/// Top files that the block is added to, with the text before and after it.
pub fn editable() -> Vec<(&'static str, String)> {
    let with = |before: &str, after: &str| format!("{before}{BLOCK}{after}");
    vec![
        ("", with(ADDED, "")),
        ("plugins:\n  '*':\n    - other\n", with("plugins:\n", "  '*':\n    - other\n")),
        (
            "# mine\n\nplugins:   # all\n\n  '*': [other]\n",
            with("# mine\n\nplugins:   # all\n", "\n  '*': [other]\n"),
        ),
        (
            "base:\n  '*':\n    - core\nplugins:\n  'node*':\n    - match: glob\n    - other\n128T:\n  '*': []\n",
            with(
                "base:\n  '*':\n    - core\nplugins:\n",
                "  'node*':\n    - match: glob\n    - other\n128T:\n  '*': []\n",
            ),
        ),
        ("base:\n  '*':\n    - core\n", with(&format!("base:\n  '*':\n    - core\n{ADDED}"), "")),
        (
            "plugins:\n      '*':\n      - other",
            format!(
                "plugins:\n{}      '*':\n      - other",
                BLOCK.replace("\n  ", "\n      ").replacen("  #", "      #", 1)
            ),
        ),
        ("---\nplugins:\n", with("---\nplugins:\n", "")),
        ("base: {}", format!("base: {{}}\n{ADDED}{}", BLOCK.trim_end())),
        ("plugins:", format!("plugins:\n{}", BLOCK.trim_end())),
    ]
}

#[test]
fn the_block_comes_and_goes_and_every_other_byte_stays() {
    for (text, expected) in editable() {
        assert_eq!(add(text), TopFileEdit::Write(expected.clone()), "adding to {text:?}");
        assert_eq!(add(&expected), TopFileEdit::Keep(KeepReason::Right), "adding twice to {text:?}");
        let removed = if text.is_empty() { TopFileEdit::Delete } else { TopFileEdit::Write(text.to_owned()) };
        assert_eq!(remove(&expected), removed, "removing from {expected:?}");
        assert_eq!(remove(text), TopFileEdit::Keep(KeepReason::Right), "removing twice from {text:?}");
    }
}

#[test]
fn what_the_conductor_adds_later_stays_when_the_block_goes() {
    let grown = format!("{ADDED}{BLOCK}  '*':\n    - other\n");
    assert_eq!(remove(&grown), TopFileEdit::Write("plugins:\n  '*':\n    - other\n".into()));
}

#[test]
fn a_file_that_is_not_ours_to_edit_stays() {
    let cases = [
        ("plugins:\n  '*':\n    - bgp-community-services\n", KeepReason::ListedElsewhere),
        ("plugins:\n  node1: [bgp-community-services.node1]\n", KeepReason::ListedElsewhere),
        ("#!py\ndef run(): return {}\n", KeepReason::NotPlainYaml),
        ("plugins:\n{% for id in ids %}\n  '{{ id }}': [a]\n{% endfor %}\n", KeepReason::NotPlainYaml),
        ("plugins: {'*': [other]}\n", KeepReason::NotPlainYaml),
        ("{plugins: {'*': [other]}}\n", KeepReason::NotPlainYaml),
        ("plugins:\n  '**':\n    - other\n", KeepReason::NotPlainYaml),
        ("plugins:\n- other\n", KeepReason::NotPlainYaml),
        ("- plugins\n", KeepReason::NotPlainYaml),
        ("plugins: [\n", KeepReason::NotPlainYaml),
        ("base: {}\n...\n", KeepReason::NotPlainYaml),
        ("plugins:\n  # BEGIN bgp-community-services (managed by the package)\n", KeepReason::BrokenBlock),
        ("plugins:\n  # END bgp-community-services\n", KeepReason::BrokenBlock),
    ];
    for (text, reason) in cases {
        assert_eq!(add(text), TopFileEdit::Keep(reason), "adding to {text:?}");
    }
}

#[test]
fn the_command_edits_both_roots_and_says_what_it_did() {
    let conductor = Conductor::new();
    let (states, pillar) = (conductor.path("salt/top.sls"), conductor.path("pillar/top.sls"));
    fs::write(&pillar, "plugins:\n  '*':\n    - bgp-community-services\n").unwrap();
    let run = |action: &str, options: &[&str]| {
        let mut command = conductor.command();
        command.args(["top-file", action, "--states-root"]).arg(conductor.path("salt"));
        outcome(command.arg("--pillar-root").arg(conductor.path("pillar")).args(options))
    };
    let said = |what: &str| Outcome {
        status: 0,
        stdout: format!(
            "{}: {what}\n{}: unchanged, {}\n",
            states.display(),
            pillar.display(),
            if what == "removed" { KeepReason::Right } else { KeepReason::ListedElsewhere }
        ),
        stderr: String::new(),
    };
    assert_eq!(run("add", &["--dry-run"]), said("written"));
    assert!(!states.exists());
    assert_eq!(run("add", &[]), said("written"));
    assert_eq!(fs::read_to_string(&states).unwrap(), format!("{ADDED}{BLOCK}"));
    assert_eq!(run("remove", &[]), said("removed"));
    assert!(!states.exists() && pillar.exists());

    // States that are listed without their pillar would clean every node.
    fs::write(&pillar, "{% if true %}\n").unwrap();
    let refused = run("add", &[]);
    assert_eq!((refused.status, states.exists()), (1, false), "{refused:?}");
}
