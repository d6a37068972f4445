//! `doctor`: the result of every check of [`health`](crate::health), and how to fix what is wrong.

use bgpcs::{Health, UnixTime};
use bgpcs_display::table::Paint;
use serde_json::json;

use crate::health::check::CheckResult;
use crate::health::{Check, Finding, Severity, overall, problems};
use crate::operator::printed::{Printed, column_width, json_text};

/// The space between two columns.
const GAP: usize = 2;

/// A line for each check, followed by how to fix it.
pub fn text(checks: &[Check], now: UnixTime, paint: Paint) -> Printed {
    let results = column_width(checks.iter().map(result));
    let names = column_width(checks.iter().map(|check| check.name));
    let indent = results + GAP + names + GAP;
    let lines = checks.iter().map(|check| {
        let health = check.problem().map_or(Health::Healthy, |finding| finding.severity.health());
        let result = paint.by(health, &format!("{:results$}", result(check)));
        let line = |found: &str| format!("{result}{:GAP$}{:names$}{:GAP$}{found}\n", "", check.name, "");
        match &check.result {
            CheckResult::Pass(found) => line(found),
            CheckResult::Found(finding) => {
                let found = format!("{} ({})", finding.text, finding.dated_code(now));
                format!("{}{:indent$}{}\n", line(&found), "", finding.advice)
            }
            CheckResult::Follows(finding, cause) => {
                line(&format!("{}; this follows from {cause}", finding.text))
            }
        }
    });
    Printed { text: lines.collect(), health: overall(&problems(checks)) }
}

/// The checks as JSON, and the findings as every command shows them.
pub fn json(checks: &[Check]) -> Printed {
    let findings = problems(checks);
    let check = |check: &Check| {
        let mut value = json!({"name": check.name, "health": Health::Healthy});
        let (found, finding) = match &check.result {
            CheckResult::Pass(found) => (found, None),
            CheckResult::Found(finding) => (&finding.text, Some(finding)),
            CheckResult::Follows(finding, cause) => {
                value["follows-from"] = json!(cause.name());
                value["code"] = json!(finding.code.name());
                (&finding.text, None)
            }
        };
        value["found"] = json!(found);
        if let Some(finding) = finding {
            value["health"] = json!(finding.severity.health());
            value["code"] = json!(finding.code.name());
            value["mend"] = json!(finding.advice);
        }
        value
    };
    let health = overall(&findings);
    let value = json!({
        "health": health,
        "checks": checks.iter().map(check).collect::<Vec<_>>(),
        "findings": findings.iter().map(Finding::json).collect::<Vec<_>>(),
    });
    Printed { text: json_text(&value), health }
}

fn result(check: &Check) -> &'static str {
    match &check.result {
        CheckResult::Pass(_) => "pass",
        CheckResult::Follows(..) => "skip",
        CheckResult::Found(finding) => match finding.severity {
            Severity::Note => "note",
            Severity::Warning => "warn",
            Severity::Error => "FAIL",
        },
    }
}
