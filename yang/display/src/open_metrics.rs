//! Metrics in the text format of OpenMetrics 1.0, which Prometheus and node_exporter's textfile collector read.

use std::collections::BTreeMap;
use std::fmt::{Arguments, Display, Write};

/// Metrics, family by family.
#[derive(Debug, Default)]
pub struct OpenMetrics {
    /// All families but the last one.
    text: String,
    last: Option<MetricFamily>,
    most_samples: Option<usize>,
    /// How many samples these families left out.
    left_out: usize,
}

/// The type of a family, as OpenMetrics calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricType {
    /// A value as it is now.
    Gauge,
    /// A sum that only grows.
    Counter,
}

/// A family of metrics: samples of one name, each with other labels.
#[derive(Debug)]
pub struct MetricFamily {
    name: String,
    kind: MetricType,
    unit: Option<&'static str>,
    help: String,
    /// By their place in the order and their labels.
    samples: BTreeMap<(usize, String), String>,
    most_samples: Option<usize>,
    left_out: usize,
}

impl OpenMetrics {
    /// Metrics of which a family has at most so many samples, each set of labels once and in the order of the labels. What
    /// is beyond is only [counted](Self::left_out). Without such a bound samples stay in the order in which they come.
    pub fn with_most_samples(most: usize) -> Self {
        Self { most_samples: Some(most), ..Self::default() }
    }

    /// Begins a family; its samples follow. Name and help are this program's own. A name ends with the unit, if it has one.
    pub fn family(&mut self, kind: MetricType, name: &str, help: &str) -> &mut MetricFamily {
        self.end_family();
        self.last.insert(MetricFamily {
            name: name.to_owned(),
            kind,
            unit: None,
            help: help.to_owned(),
            samples: BTreeMap::new(),
            most_samples: self.most_samples,
            left_out: 0,
        })
    }

    /// Begins a family of gauges.
    pub fn gauge(&mut self, name: &str, help: &str) -> &mut MetricFamily {
        self.family(MetricType::Gauge, name, help)
    }

    /// How many samples were left out so far.
    pub fn left_out(&self) -> usize {
        self.left_out + self.last.as_ref().map_or(0, |last| last.left_out)
    }

    /// The text with its end.
    pub fn finish(mut self) -> String {
        self.end_family();
        self.text + "# EOF\n"
    }

    fn end_family(&mut self) {
        if let Some(last) = self.last.take() {
            self.left_out += last.left_out;
            last.write_to(&mut self.text);
        }
    }
}

impl MetricFamily {
    /// Says the unit, with which the name ends.
    pub fn set_unit(&mut self, unit: &'static str) {
        self.unit = Some(unit);
    }

    /// Adds a sample. The values of labels are texts from anywhere.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        match self.most_samples {
            Some(most) if self.samples.len() >= most => self.left_out += 1,
            bound => {
                let place = if bound.is_some() { 0 } else { self.samples.len() };
                self.samples.insert((place, labelled(labels)), value.to_string());
            }
        }
    }

    /// Adds a value without labels, if there is one.
    pub fn value(&mut self, value: Option<impl Display>) {
        if let Some(value) = value {
            self.sample(&[], value);
        }
    }

    fn write_to(&self, text: &mut String) {
        let mut line = |line: Arguments<'_>| {
            // Writing to a text does not fail.
            text.write_fmt(line).ok();
        };
        let name = &self.name;
        let (kind, total) = match self.kind {
            MetricType::Gauge => ("gauge", ""),
            MetricType::Counter => ("counter", "_total"),
        };
        line(format_args!("# TYPE {name} {kind}\n"));
        if let Some(unit) = self.unit {
            line(format_args!("# UNIT {name} {unit}\n"));
        }
        line(format_args!("# HELP {name} {}\n", self.help));
        for ((_, labels), value) in &self.samples {
            line(format_args!("{name}{total}{labels} {value}\n"));
        }
    }
}

/// What follows the name in a sample: its labels, whose values are texts from anywhere; nothing without a label.
fn labelled(labels: &[(&str, &str)]) -> String {
    let labels: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) }
}

/// The value of a label: a backslash, a quote and a line break are escaped, and what a terminal would obey is replaced.
fn escaped(text: &str) -> String {
    bgpcs::plain(text).replace('\\', "\\\\").replace('"', "\\\"")
}
