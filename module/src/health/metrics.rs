//! Metrics: what a monitoring system follows over time, as text that OpenMetrics 1.0 and the older format of Prometheus
//! (0.0.4) both define.
//!
//! node_exporter's textfile collector and telegraf only read the older one, in which `# UNIT` and `# EOF` are comments, the
//! sample of a counter has no type, and the type `info` is an error; so that type is not used.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use bgpcs::UnixTime;
use bgpcs_display::open_metrics::labelled;
use serde_json::json;

use crate::collect::schedule::next_run_at_the_latest;
use crate::collect::state::Outcome;
use crate::collect::tally::{Cost, Moves};
use crate::health::facts::{Facts, SourceAnswer};
use crate::health::{Code, Finding, overall};
use crate::prefix::Family as AddressFamily;

/// With what every name begins.
const PREFIX: &str = "bgp_community_services_";

/// The most samples of a metric. What is beyond it is only counted.
const MOST_SAMPLES: usize = 1000;

/// A metric: its name without [`PREFIX`], its type, what it says, and its samples.
type Metric = (&'static str, &'static str, &'static str, fn(&Told<'_>, &mut Samples));

/// What is told of.
struct Told<'t> {
    facts: &'t Facts,
    findings: &'t [Finding],
}

/// The values by their labels, each once.
#[derive(Default)]
struct Samples {
    values: BTreeMap<String, String>,
    left_out: usize,
}

const GAUGE: &str = "gauge";
const COUNTER: &str = "counter";

/// The table of metrics. Names end with their unit, if they have one.
const METRICS: &[Metric] = &[
    ("build_info", GAUGE, "The release that is installed", |_, samples| {
        samples.add(&[("version", bgpcs::VERSION)], 1);
    }),
    ("health", GAUGE, "The health: 0 healthy, 1 degraded, 2 broken", |told, samples| {
        samples.add(&[], overall(told.findings) as u8);
    }),
    ("findings", GAUGE, "Findings by code", |told, samples| {
        for code in Code::ALL {
            let found = told.findings.iter().filter(|finding| finding.code == *code);
            samples.add(&[("code", code.name())], found.count());
        }
    }),
    ("source_up", GAUGE, "Whether the source of routes answers", |told, samples| match told.facts.answer {
        SourceAnswer::Yes(_) => samples.add(&[], 1),
        SourceAnswer::No(_) => samples.add(&[], 0),
        SourceAnswer::Skipped => {}
    }),
    ("session_established", GAUGE, "Whether a BGP session is established", |told, samples| {
        let sessions = match &told.facts.answer {
            SourceAnswer::Yes(summaries) => summaries.sessions(&told.facts.state.sessions()),
            SourceAnswer::No(_) | SourceAnswer::Skipped => told.facts.state.sessions(),
        };
        for one in sessions {
            let (vrf, local) = (one.instance.to_string(), one.session.local.unwrap_or_default());
            let labels = [("peer", &*one.session.peer), ("local", &*local), ("vrf", &*vrf)];
            samples.add(&labels, u8::from(one.session.since.is_some()));
        }
    }),
    ("prefixes", GAUGE, "Prefixes in the output file", |told, samples| {
        for application in told.facts.applications() {
            for (family, name) in [(AddressFamily::Ipv4, "ipv4"), (AddressFamily::Ipv6, "ipv6")] {
                let labels = [("application", application.name.as_str()), ("family", name)];
                samples.add(&labels, application.count(family));
            }
        }
    }),
    ("prefixes_limit", GAUGE, "The most prefixes that the profile allows", |told, samples| {
        samples.extend(told.facts.known_configuration().map(|known| known.max_prefixes.get()));
    }),
    ("prefixes_gained", COUNTER, "Prefixes that an application gained", |told, samples| {
        samples.moves(told, |moves| moves.gained);
    }),
    ("prefixes_lost", COUNTER, "Prefixes that an application lost", |told, samples| {
        samples.moves(told, |moves| moves.lost);
    }),
    ("changed_timestamp_seconds", GAUGE, "When the prefixes last changed", |told, samples| {
        for application in told.facts.applications() {
            if let Some((time, _)) = application.change {
                samples.add(&[("application", application.name.as_str())], time);
            }
        }
    }),
    ("prefixes_left_out", GAUGE, "Prefixes that a guard leaves out", |told, samples| {
        for left_out in &told.facts.state.left_out {
            let guard = json!(left_out.guard);
            let labels = [
                ("application", left_out.application.as_str()),
                ("guard", guard.as_str().unwrap_or("other")),
            ];
            samples.add(&labels, left_out.count);
        }
    }),
    (
        "kept_since_timestamp_seconds",
        GAUGE,
        "Since when an application keeps what it had",
        |told, samples| {
            for kept in &told.facts.state.kept {
                samples.add(&[("application", kept.application.as_str())], kept.since);
            }
        },
    ),
    ("held_since_timestamp_seconds", GAUGE, "Since when all prefixes are held", |told, samples| {
        let held = Some(told.facts).filter(|facts| facts.state.outcome == Outcome::Held);
        samples.extend(held.and_then(|facts| facts.history.same_outcome_since()));
    }),
    ("outcome", GAUGE, "How the last run ended: 1 for that outcome", |told, samples| {
        for outcome in Outcome::ALL {
            samples.add(&[("outcome", outcome.name())], u8::from(told.facts.state.outcome == outcome));
        }
    }),
    ("runs", COUNTER, "Runs by outcome", |told, samples| {
        for outcome in Outcome::ALL {
            let runs = told.facts.state.tally.runs.get(outcome.name());
            samples.add(&[("outcome", outcome.name())], runs.copied().unwrap_or_default());
        }
    }),
    ("run_timestamp_seconds", GAUGE, "When the last run ended", |told, samples| {
        samples.extend(told.finished());
    }),
    ("good_run_timestamp_seconds", GAUGE, "When the prefixes were last known to be good", |told, samples| {
        samples.extend(told.facts.state.last_good.as_ref().map(|good| good.time));
    }),
    ("run_due_timestamp_seconds", GAUGE, "When the next run is overdue", |told, samples| {
        let interval = told.facts.known_configuration().map(|known| known.duration).unwrap_or_default();
        samples.extend(told.finished().map(|finished| next_run_at_the_latest(finished, interval)));
    }),
    ("run_duration_seconds", GAUGE, "How long the last run took", |told, samples| {
        samples.seconds(told, |cost| cost.duration);
    }),
    ("run_processor_seconds", GAUGE, "Processor time that the last run took", |told, samples| {
        samples.seconds(told, |cost| cost.processor);
    }),
    (
        "run_memory_peak_bytes",
        GAUGE,
        "The most memory that the program took, up to the last run",
        |told, samples| {
            samples.extend(told.finished().map(|_| told.facts.state.tally.last.memory));
        },
    ),
    ("runs_duration_seconds", COUNTER, "How long all runs took", |told, samples| {
        samples.add(&[], Seconds(told.facts.state.tally.all.duration));
    }),
    ("runs_processor_seconds", COUNTER, "Processor time that all runs took", |told, samples| {
        samples.add(&[], Seconds(told.facts.state.tally.all.processor));
    }),
];

/// The metrics as text. `findings` are those of the facts.
pub fn text(facts: &Facts, findings: &[Finding]) -> String {
    let told = Told { facts, findings };
    let mut text = String::new();
    let mut left_out = 0;
    let mut add = |(name, kind, help, samples_of): &Metric, left_out: &mut usize| {
        let mut samples = Samples { left_out: *left_out, ..Samples::default() };
        samples_of(&told, &mut samples);
        samples.write_to(&mut text, name, kind, help);
        *left_out = samples.left_out;
    };
    METRICS.iter().for_each(|metric| add(metric, &mut left_out));
    let mut last = Samples::default();
    last.add(&[], left_out);
    last.write_to(&mut text, "samples_left_out", GAUGE, "Samples beyond the most that a metric may have");
    text + "# EOF\n"
}

impl Told<'_> {
    /// When the last run ended, if there was one.
    fn finished(&self) -> Option<UnixTime> {
        let state = &self.facts.state;
        (state.outcome != Outcome::None).then_some(state.finished)
    }
}

impl Samples {
    fn add(&mut self, labels: &[(&str, &str)], value: impl Display) {
        match self.values.len() < MOST_SAMPLES {
            true => drop(self.values.insert(labelled(labels), value.to_string())),
            false => self.left_out += 1,
        }
    }

    /// A value without labels, if there is one.
    fn extend(&mut self, value: Option<impl Display>) {
        if let Some(value) = value {
            self.add(&[], value);
        }
    }

    fn moves(&mut self, told: &Told<'_>, of: fn(&Moves) -> u64) {
        for application in told.facts.applications() {
            let moves = told.facts.state.tally.prefixes.get(application.name).copied();
            self.add(&[("application", application.name.as_str())], of(&moves.unwrap_or_default()));
        }
    }

    fn seconds(&mut self, told: &Told<'_>, of: fn(&Cost) -> u64) {
        self.extend(told.finished().map(|_| Seconds(of(&told.facts.state.tally.last))));
    }

    fn write_to(&self, text: &mut String, name: &str, kind: &str, help: &str) {
        let mut line = |line: std::fmt::Arguments<'_>| {
            // A string takes whatever there is memory for.
            text.write_fmt(line).ok();
        };
        line(format_args!("# TYPE {PREFIX}{name} {kind}\n"));
        if let Some((_, unit @ ("seconds" | "bytes"))) = name.rsplit_once('_') {
            line(format_args!("# UNIT {PREFIX}{name} {unit}\n"));
        }
        line(format_args!("# HELP {PREFIX}{name} {help}.\n"));
        let total = if kind == COUNTER { "_total" } else { "" };
        for (labels, value) in &self.values {
            line(format_args!("{PREFIX}{name}{total}{labels} {value}\n"));
        }
    }
}

/// Milliseconds, shown as seconds.
struct Seconds(u64);

impl Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}
