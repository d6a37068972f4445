//! Metrics in the text format of OpenMetrics 1.0, which Prometheus and node_exporter's textfile collector read.

use std::fmt::{self, Display, Write};

/// Metrics, family by family.
#[derive(Debug, Default)]
pub struct OpenMetrics(String);

impl OpenMetrics {
    /// Begins a family of gauges; its samples follow. Name and help are this program's own.
    pub fn gauge(&mut self, name: &'static str, help: &'static str) -> Gauge<'_> {
        // Writing to a text does not fail.
        writeln!(self.0, "# TYPE {name} gauge\n# HELP {name} {help}").ok();
        Gauge { text: &mut self.0, name }
    }
}

impl Display for OpenMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}# EOF", self.0)
    }
}

/// A family of gauges.
#[derive(Debug)]
pub struct Gauge<'g> {
    text: &'g mut String,
    name: &'static str,
}

impl Gauge<'_> {
    /// Adds a sample. The values of labels are texts from anywhere.
    pub fn sample(&mut self, labels: &[(&'static str, &str)], value: impl Display) {
        writeln!(self.text, "{}{} {value}", self.name, labelled(labels)).ok();
    }
}

/// What follows the name in a sample: its labels, whose values are texts from anywhere; nothing without a label.
pub fn labelled(labels: &[(&str, &str)]) -> String {
    let labels: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) }
}

/// The value of a label: a backslash, a quote and a line break are escaped, and what a terminal would obey is replaced.
fn escaped(text: &str) -> String {
    bgpcs::plain(text).replace('\\', "\\\\").replace('"', "\\\"")
}
