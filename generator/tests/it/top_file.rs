//! The marked block in `top.sls`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

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
        ("", with("plugins: # bgp-community-services (managed by the package, in an empty file)\n", "")),
        ("\n", with(&format!("\n{ADDED}"), "")),
        (" \n\n", with(&format!(" \n\n{ADDED}"), "")),
        ("# mine", format!("# mine\n{ADDED}{}", BLOCK.trim_end())),
        ("---\nplugins:\n", with("---\nplugins:\n", "")),
        ("base: {}", format!("base: {{}}\n{ADDED}{}", BLOCK.trim_end())),
        ("plugins:", format!("plugins:\n{}", BLOCK.trim_end())),
    ]
}

#[test]
fn the_block_comes_and_goes_and_every_other_byte_stays() {
    for (text, expected) in editable() {
        assert_eq!(add(Some(text)), TopFileEdit::Write(expected.clone()), "adding to {text:?}");
        assert_eq!(add(Some(&expected)), TopFileEdit::Keep(KeepReason::Right), "adding twice to {text:?}");
        let removed = TopFileEdit::Write(text.to_owned());
        assert_eq!(remove(&expected), removed, "removing from {expected:?}");
        assert_eq!(remove(text), TopFileEdit::Keep(KeepReason::Right), "removing twice from {text:?}");
    }
}

#[test]
fn a_file_goes_only_if_it_was_created_for_the_block() {
    let created = format!("{ADDED}{BLOCK}");
    assert_eq!(add(None), TopFileEdit::Write(created.clone()));
    assert_eq!(remove(&created), TopFileEdit::Delete);
}

#[test]
fn every_block_goes() {
    let twice = format!("plugins:\n{BLOCK}  '*':\n    - other\n{BLOCK}base: {{}}\n");
    assert_eq!(
        add(Some(&twice)),
        TopFileEdit::Write(format!("plugins:\n{BLOCK}  '*':\n    - other\nbase: {{}}\n"))
    );
    assert_eq!(remove(&twice), TopFileEdit::Write("plugins:\n  '*':\n    - other\nbase: {}\n".into()));
    let whole = format!("{ADDED}{BLOCK}");
    assert_eq!(remove(&format!("{whole}{whole}")), TopFileEdit::Delete);
    let broken = format!("{whole}  # BEGIN bgp-community-services (managed by the package)\n");
    for broken in [broken, format!("  # END bgp-community-services\n{whole}")] {
        assert_eq!(remove(&broken), TopFileEdit::Keep(KeepReason::BrokenBlock));
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
        assert_eq!(add(Some(text)), TopFileEdit::Keep(reason), "adding to {text:?}");
    }
}

/// A conductor's top files, and the command that edits them.
struct TopFiles {
    conductor: Conductor,
    states: PathBuf,
    pillar: PathBuf,
}

impl TopFiles {
    fn new() -> Self {
        let conductor = Conductor::new();
        fs::create_dir(conductor.path("salt")).unwrap();
        let (states, pillar) = (conductor.path("salt/top.sls"), conductor.path("pillar/top.sls"));
        Self { conductor, states, pillar }
    }

    fn run(&self, action: &str, options: &[&str]) -> Outcome {
        let mut command = self.conductor.command();
        command.args(["top-file", action, "--states-root"]).arg(self.conductor.path("salt"));
        outcome(command.arg("--pillar-root").arg(self.conductor.path("pillar")).args(options))
    }

    /// What is said of each file: first the one that is edited first.
    fn said(&self, of: [(&Path, &str); 2]) -> Outcome {
        let stdout = of.map(|(path, what)| format!("{}: {what}\n", path.display())).concat();
        Outcome { status: 0, stdout, stderr: String::new() }
    }
}

#[test]
fn the_command_edits_both_roots_and_says_what_it_did() {
    let files = TopFiles::new();
    let (states, pillar) = (&files.states, &files.pillar);
    fs::write(pillar, "plugins:\n  '*':\n    - bgp-community-services\n").unwrap();
    let elsewhere = format!("unchanged, {}", KeepReason::ListedElsewhere);
    let added = || files.said([(pillar, &elsewhere), (states, "written")]);
    assert_eq!(files.run("add", &["--dry-run"]), added());
    assert!(!states.exists());
    assert_eq!(files.run("add", &[]), added());
    assert_eq!(fs::read_to_string(states).unwrap(), format!("{ADDED}{BLOCK}"));
    assert_eq!(files.run("remove", &[]), files.said([(states, "removed"), (pillar, &elsewhere)]));
    assert!(!states.exists() && pillar.exists());
}

#[test]
fn states_are_never_listed_without_their_pillar() {
    let files = TopFiles::new();
    fs::write(&files.pillar, "{% if true %}\n").unwrap();
    let refused = files.run("add", &[]);
    assert_eq!((refused.status, files.states.exists()), (1, false), "{refused:?}");

    // The pillars are listed first, and not any more when the states cannot be: this file can be read, and no other one can
    // be created beside it.
    let text = "plugins:\n  '*': [other]\n";
    for before in [Some(text), Some(""), None] {
        let files = TopFiles::new();
        if let Some(text) = before {
            fs::write(&files.pillar, text).unwrap();
        }
        symlink(Path::new("/proc/sys/net/ipv4/ip_local_reserved_ports"), &files.states).unwrap();
        let rolled_back = files.run("add", &[]);
        assert_eq!(rolled_back.status, 1, "{rolled_back:?}");
        assert!(
            rolled_back.stdout.contains("restored, because the plugin cannot be added"),
            "{rolled_back:?}"
        );
        assert_eq!(fs::read_to_string(&files.pillar).ok().as_deref(), before);
    }
}

#[test]
fn links_and_foreign_files_stay_as_they_were() {
    for text in ["", "\n", "# mine", "plugins:\n  '*': [other]\n"] {
        let files = TopFiles::new();
        let target = files.conductor.path("elsewhere.sls");
        fs::write(&target, text).unwrap();
        symlink(&target, &files.states).unwrap();
        fs::write(&files.pillar, text).unwrap();
        // What an interrupted edit left.
        fs::write(files.conductor.path("pillar/.top.sls.a1b2c3.partial"), "half").unwrap();
        assert_eq!(files.run("add", &[]).status, 0);
        assert_ne!(fs::read_to_string(&target).unwrap(), text);
        assert_eq!(files.run("remove", &[]).status, 0);
        assert_eq!(fs::read_link(&files.states).unwrap(), target);
        for path in [&target, &files.pillar] {
            assert_eq!(fs::read_to_string(path).unwrap(), text, "{}", path.display());
        }
        fs::write(files.conductor.path("pillar/.top.sls.a1b2c3.partial"), "half").unwrap();
        assert_eq!(files.run("remove", &[]).status, 0);
        assert_eq!(fs::read_dir(files.conductor.path("pillar")).unwrap().count(), 1);
    }
    // A link to a file that does not exist is not replaced.
    let files = TopFiles::new();
    symlink("nowhere", &files.states).unwrap();
    let refused = files.run("add", &[]);
    assert!(refused.stderr.contains("it is a link to a file that does not exist"), "{refused:?}");
    assert!(refused.status == 1 && files.states.is_symlink() && !files.pillar.exists());
}

#[test]
fn a_pipe_is_refused_at_once_and_does_not_keep_the_other_file_from_its_removal() {
    let files = TopFiles::new();
    fs::write(&files.pillar, format!("{ADDED}{BLOCK}")).unwrap();
    assert!(Command::new("mkfifo").arg(&files.states).status().unwrap().success());
    for action in ["add", "remove"] {
        let refused = files.run(action, &[]);
        assert_eq!(refused.status, 1, "{refused:?}");
        assert!(refused.stderr.contains("it is not a regular file"), "{refused:?}");
    }
    assert!(!files.pillar.exists());
}
