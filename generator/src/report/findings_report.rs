//! The findings as JSON, for other programs.

use serde::Serialize;

use crate::authority::Names;
use crate::finding::{Finding, NamedFinding};

/// The findings as JSON: `{"findings": [{"severity", "code", "message", "advice", "places": [{"router", "node"?,
/// "neighbor"?}]}]}`, with all places.
///
/// # Errors
/// None in practice; serde_json's signature has one.
pub fn json(findings: &[Finding], names: &Names) -> Result<String, serde_json::Error> {
    let findings = findings.iter().map(|finding| finding.named(names)).collect();
    let mut text = serde_json::to_string_pretty(&Report { findings })?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Report<'a> {
    findings: Vec<NamedFinding<'a>>,
}
