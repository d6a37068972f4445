//! Metrics: what a monitoring system follows over time, as text that OpenMetrics 1.0 and the older format of Prometheus
//! (0.0.4) both define.
//!
//! node_exporter's textfile collector and telegraf only read the older one, in which `# UNIT` and `# EOF` are comments, the
//! sample of a counter has no type, and the type `info` is an error; so that type is not used.

use std::fmt::Display;

use bgpcs::UnixTime;
use bgpcs_display::open_metrics::MetricType::{self, Counter, Gauge};
use bgpcs_display::open_metrics::{MetricFamily, OpenMetrics};
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
type Metric = (&'static str, MetricType, &'static str, fn(&Told<'_>, &mut MetricFamily));

/// What is told of.
struct Told<'t> {
    facts: &'t Facts,
    findings: &'t [Finding],
}

/// The table of metrics. Names end with their unit, if they have one.
const METRICS: &[Metric] = &[
    ("build_info", Gauge, "The release that is installed", |_, metric| {
        metric.sample(&[("version", bgpcs::VERSION)], 1);
    }),
    ("health", Gauge, "The health: 0 healthy, 1 degraded, 2 broken", |told, metric| {
        metric.sample(&[], overall(told.findings) as u8);
    }),
    ("findings", Gauge, "Findings by code", |told, metric| {
        for code in Code::ALL {
            let found = told.findings.iter().filter(|finding| finding.code == *code);
            metric.sample(&[("code", code.name())], found.count());
        }
    }),
    ("source_up", Gauge, "Whether the source of routes answers", |told, metric| match told.facts.answer {
        SourceAnswer::Yes(_) => metric.sample(&[], 1),
        SourceAnswer::No(_) => metric.sample(&[], 0),
        SourceAnswer::Skipped => {}
    }),
    ("session_established", Gauge, "Whether a BGP session is established", |told, metric| {
        let sessions = match &told.facts.answer {
            SourceAnswer::Yes(summaries) => summaries.sessions(&told.facts.state.sessions()),
            SourceAnswer::No(_) | SourceAnswer::Skipped => told.facts.state.sessions(),
        };
        for one in sessions {
            let (vrf, local) = (one.instance.to_string(), one.session.local.unwrap_or_default());
            let labels = [("peer", &*one.session.peer), ("local", &*local), ("vrf", &*vrf)];
            metric.sample(&labels, u8::from(one.session.since.is_some()));
        }
    }),
    ("prefixes", Gauge, "Prefixes in the output file", |told, metric| {
        for application in told.facts.applications() {
            for (family, name) in [(AddressFamily::Ipv4, "ipv4"), (AddressFamily::Ipv6, "ipv6")] {
                let labels = [("application", application.name.as_str()), ("family", name)];
                metric.sample(&labels, application.count(family));
            }
        }
    }),
    ("prefixes_limit", Gauge, "The most prefixes that the profile allows", |told, metric| {
        metric.value(told.facts.known_configuration().map(|known| known.max_prefixes.get()));
    }),
    ("prefixes_gained", Counter, "Prefixes that an application gained", |told, metric| {
        told.moves(metric, |moves| moves.gained);
    }),
    ("prefixes_lost", Counter, "Prefixes that an application lost", |told, metric| {
        told.moves(metric, |moves| moves.lost);
    }),
    ("changed_timestamp_seconds", Gauge, "When the prefixes last changed", |told, metric| {
        for application in told.facts.applications() {
            if let Some((time, _)) = application.change {
                metric.sample(&[("application", application.name.as_str())], time);
            }
        }
    }),
    ("prefixes_left_out", Gauge, "Prefixes that a guard leaves out", |told, metric| {
        for left_out in &told.facts.state.left_out {
            let guard = json!(left_out.guard);
            let labels = [
                ("application", left_out.application.as_str()),
                ("guard", guard.as_str().unwrap_or("other")),
            ];
            metric.sample(&labels, left_out.count);
        }
    }),
    ("kept_since_timestamp_seconds", Gauge, "Since when an application keeps what it had", |told, metric| {
        for kept in &told.facts.state.kept {
            metric.sample(&[("application", kept.application.as_str())], kept.since);
        }
    }),
    ("held_since_timestamp_seconds", Gauge, "Since when all prefixes are held", |told, metric| {
        let held = Some(told.facts).filter(|facts| facts.state.outcome == Outcome::Held);
        metric.value(held.and_then(|facts| facts.history.same_outcome_since()));
    }),
    ("outcome", Gauge, "How the last run ended: 1 for that outcome", |told, metric| {
        for outcome in Outcome::ALL {
            metric.sample(&[("outcome", outcome.name())], u8::from(told.facts.state.outcome == outcome));
        }
    }),
    ("runs", Counter, "Runs by outcome", |told, metric| {
        for outcome in Outcome::ALL {
            let runs = told.facts.state.tally.runs.get(outcome.name());
            metric.sample(&[("outcome", outcome.name())], runs.copied().unwrap_or_default());
        }
    }),
    ("run_timestamp_seconds", Gauge, "When the last run ended", |told, metric| {
        metric.value(told.finished());
    }),
    ("good_run_timestamp_seconds", Gauge, "When the prefixes were last known to be good", |told, metric| {
        metric.value(told.facts.state.last_good.as_ref().map(|good| good.time));
    }),
    ("run_due_timestamp_seconds", Gauge, "When the next run is overdue", |told, metric| {
        let interval = told.facts.known_configuration().map(|known| known.duration).unwrap_or_default();
        metric.value(told.finished().map(|finished| next_run_at_the_latest(finished, interval)));
    }),
    ("run_duration_seconds", Gauge, "How long the last run took", |told, metric| {
        told.seconds(metric, |cost| cost.duration);
    }),
    ("run_processor_seconds", Gauge, "Processor time that the last run took", |told, metric| {
        told.seconds(metric, |cost| cost.processor);
    }),
    (
        "run_memory_peak_bytes",
        Gauge,
        "The most memory that the program took, up to the last run",
        |told, metric| {
            metric.value(told.finished().map(|_| told.facts.state.tally.last.memory));
        },
    ),
    ("runs_duration_seconds", Counter, "How long all runs took", |told, metric| {
        metric.sample(&[], Seconds(told.facts.state.tally.all.duration));
    }),
    ("runs_processor_seconds", Counter, "Processor time that all runs took", |told, metric| {
        metric.sample(&[], Seconds(told.facts.state.tally.all.processor));
    }),
];

/// The metrics as text. `findings` are those of the facts.
pub fn text(facts: &Facts, findings: &[Finding]) -> String {
    let told = Told { facts, findings };
    let mut metrics = OpenMetrics::with_most_samples(MOST_SAMPLES);
    for (name, kind, help, samples_of) in METRICS {
        let metric = metrics.family(*kind, &format!("{PREFIX}{name}"), &format!("{help}."));
        if let Some((_, unit @ ("seconds" | "bytes"))) = name.rsplit_once('_') {
            metric.set_unit(unit);
        }
        samples_of(&told, metric);
    }
    let left_out = metrics.left_out();
    let help = "Samples beyond the most that a metric may have.";
    metrics.gauge(&format!("{PREFIX}samples_left_out"), help).sample(&[], left_out);
    metrics.finish()
}

impl Told<'_> {
    /// When the last run ended, if there was one.
    fn finished(&self) -> Option<UnixTime> {
        let state = &self.facts.state;
        (state.outcome != Outcome::None).then_some(state.finished)
    }

    /// How many prefixes each application gained or lost.
    fn moves(&self, metric: &mut MetricFamily, of: fn(&Moves) -> u64) {
        for application in self.facts.applications() {
            let moves = self.facts.state.tally.prefixes.get(application.name).copied();
            metric.sample(&[("application", application.name.as_str())], of(&moves.unwrap_or_default()));
        }
    }

    /// What the last run took.
    fn seconds(&self, metric: &mut MetricFamily, of: fn(&Cost) -> u64) {
        metric.value(self.finished().map(|_| Seconds(of(&self.facts.state.tally.last))));
    }
}

/// Milliseconds, shown as seconds.
struct Seconds(u64);

impl Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}
