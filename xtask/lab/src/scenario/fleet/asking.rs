//! The generator's questions to the nodes.

use std::time::Duration;

use anyhow::{Result, ensure};
use bgpcs::paths;
use serde_json::Value;
use task::command;

use crate::lab::Lab;
use crate::salt::{self, Transport};
use crate::{expect, wait};

/// What `status --live` prints.
pub fn ask(lab: &Lab, transport: Transport, words: &[&str]) -> Result<String> {
    generator(lab, transport, &[&["status", "--live"], words].concat())
}

/// What the generator prints when it asks through a master.
pub fn generator(lab: &Lab, transport: Transport, words: &[&str]) -> Result<String> {
    let mut generator = lab.conductor.host.command(paths::GENERATOR);
    generator.args(words).arg("--salt").arg(salt::program(transport, "salt"));
    generator.args(["--salt-config", transport.master_directory()]);
    let output = command::output(&mut generator)?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(!output.stdout.is_empty(), "generate_pillar {words:?} printed nothing: {said}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Asks until the document is as expected: a busy machine may take longer than the deadline of one asking.
pub fn expect_document(
    lab: &Lab,
    transport: Transport,
    words: &[&str],
    check: impl Fn(&Value) -> Result<()>,
) -> Result<()> {
    expect_said(lab, transport, &[&["status", "--live"], words].concat(), check)
}

/// As [`expect_document`], of any question to the nodes.
pub fn expect_said(
    lab: &Lab,
    transport: Transport,
    words: &[&str],
    check: impl Fn(&Value) -> Result<()>,
) -> Result<()> {
    wait::until(&format!("what is expected of {words:?}"), Duration::from_secs(120), || {
        let text = generator(lab, transport, &[words, &["--json"]].concat())?;
        let document: Value = expect::json("the answer", &text)?;
        Ok(check(&document).map_err(|error| format!("{error:#}\n{document:#}")))
    })
}
