//! `doctor`: the result of every check, and how to fix what is wrong.

use bgpcs::Health;
use bgpcs_display::table::Paint;
use serde_json::json;

use crate::operator::health::Check;
use crate::operator::printed::{Printed, column_width, json_text};

/// The space between two columns.
const GAP: usize = 2;

/// A line for each check, followed by how to fix it.
pub fn text(checks: &[Check], paint: Paint) -> Printed {
    let results = column_width(checks.iter().map(result));
    let names = column_width(checks.iter().map(|check| check.name));
    let indent = results + GAP + names + GAP;
    let lines = checks.iter().map(|check| {
        let result = paint.by(check.health, &format!("{:results$}", result(check)));
        let found = format!("{result}{:GAP$}{:names$}{:GAP$}{}\n", "", check.name, "", check.found);
        match &check.fix {
            Some(fix) => format!("{found}{:indent$}{fix}\n", ""),
            None => found,
        }
    });
    Printed { text: lines.collect(), health: worst(checks) }
}

/// The checks as JSON.
pub fn json(checks: &[Check]) -> Printed {
    let health = worst(checks);
    Printed { text: json_text(&json!({"health": health, "checks": checks})), health }
}

fn result(check: &Check) -> &'static str {
    match (check.health, &check.fix) {
        (Health::Healthy, None) => "pass",
        (Health::Healthy, Some(_)) => "note",
        (Health::Degraded, _) => "warn",
        (Health::Broken, _) => "FAIL",
    }
}

fn worst(checks: &[Check]) -> Health {
    checks.iter().map(|check| check.health).max().unwrap_or_default()
}
