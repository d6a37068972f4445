//! `doctor`: every check, whether it passes or not, and how to fix it.

use bgpcs::Health;
use bgpcs_display::table::Paint;
use serde_json::json;

use crate::operator::health::Check;
use crate::operator::printed::{Printed, json_text};

/// The checks, a line each.
pub fn text(checks: &[Check], paint: Paint) -> Printed {
    let health = checks.iter().map(|check| check.health).max().unwrap_or_default();
    let word = |check: &Check| match (check.health, &check.fix) {
        (Health::Healthy, None) => "pass",
        (Health::Healthy, Some(_)) => "note",
        (Health::Degraded, _) => "warn",
        (Health::Broken, _) => "FAIL",
    };
    let line = |check: &Check| {
        let first = format!("{}  {:13}  {}\n", paint.by(check.health, word(check)), check.name, check.found);
        let fix = check.fix.iter().map(|fix| format!("{:21}{}\n", "", fix));
        std::iter::once(first).chain(fix).collect::<String>()
    };
    Printed { text: checks.iter().map(line).collect(), health }
}

/// The checks as JSON.
pub fn json(checks: &[Check]) -> Printed {
    let health = checks.iter().map(|check| check.health).max().unwrap_or_default();
    Printed { text: json_text(&json!({"health": health, "checks": checks})), health }
}
