//! The fleet for programs: JSON, with times in the format of RFC 3339.

use bgpcs::plain_json;
use bgpcs_display::time;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::join::Fleet;
use super::member::FleetNode;
use super::node::NodeHealth;
use super::outliers::{Norm, Outlier, Pair};

/// The form of the document. A later form only adds keys.
const FORM: u8 = 1;

impl Fleet {
    /// For programs.
    pub fn json(&self) -> String {
        let counts = self.counts();
        let counts: serde_json::Map<String, Value> = NodeHealth::ALL
            .iter()
            .map(|health| (health.name().to_owned(), counts.of(*health).into()))
            .collect();
        let asked = &self.asked;
        let health = match self.health() {
            NodeHealth::NoAnswer => "unknown",
            NodeHealth::NoProfile => NodeHealth::Healthy.name(),
            health => health.name(),
        };
        let pair = |pair: &Pair| json!({"router": pair.router, "application": pair.application, "nodes": pair.nodes});
        let document = Document {
            version: FORM,
            health,
            asked: json!({
                "at": asked.at.map(time::at),
                "master": asked.master,
                "command": asked.program,
                "milliseconds": asked.milliseconds,
                "nodes": asked.nodes,
                "answers": asked.answers,
                "error": asked.error,
                "standby": asked.is_standby,
                "cached": asked.is_cached,
            }),
            counts: counts.into(),
            nodes: Each(&self.nodes, node),
            norms: Each(&self.norms, norm),
            pairs: self.pairs.iter().map(pair).collect(),
            without_profile: self.without_profile,
            findings: &self.findings,
        };
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.lines().map(|line| plain_json(line) + "\n").collect()
    }
}

/// The document.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'f> {
    version: u8,
    health: &'static str,
    asked: Value,
    counts: Value,
    nodes: Each<'f, FleetNode>,
    norms: Each<'f, Norm>,
    pairs: Vec<Value>,
    without_profile: usize,
    findings: &'f [String],
}

/// A list of which one at a time is made a value.
struct Each<'f, T>(&'f [T], fn(&T) -> Value);

impl<T> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

fn node(node: &FleetNode) -> Value {
    let report = node.report.as_ref().filter(|_| node.silence.is_none());
    let last = node.module().filter(|_| node.silence.is_some());
    json!({
        "router": node.router,
        "node": node.node,
        "asset-id": node.asset_id,
        "profile": node.profile,
        "health": node.health,
        "pillar": {
            "state": node.pillar.map_or("none", |pillar| pillar.name()),
            "written": node.written.map(time::at),
        },
        "salt": {
            "state": node.salt,
            "package": report.and_then(|report| report.package.as_ref()),
            "expected": node.profile.as_ref().map(|_| bgpcs::Package::router().version),
            "configured": report.and_then(|report| report.configured).map(time::at),
        },
        "module": node.answer(),
        "silence": report.and_then(|report| report.silence.as_ref()),
        "no-answer": node.silence,
        "last-known": last,
        "heard": node.heard.map(time::at),
        "findings": node.findings,
        "outlier": node.outlier,
    })
}

fn norm(norm: &Norm) -> Value {
    json!({
        "profile": norm.profile,
        "application": norm.application,
        "nodes": norm.nodes,
        "groups": norm.groups,
        "norm": norm.norm.as_ref().map(|(digest, nodes)| json!({"digest": digest, "nodes": nodes})),
        "outliers": norm.outliers.iter().map(outlier).collect::<Vec<_>>(),
    })
}

fn outlier(outlier: &Outlier) -> Value {
    let difference = outlier.difference.as_ref();
    json!({
        "asset-id": outlier.asset_id,
        "digest": outlier.digest,
        "since": outlier.seconds,
        "compared": difference.is_some(),
        "lacks": difference.map_or(&[][..], |difference| &difference.lacks.1),
        "lacks-count": difference.map_or(0, |difference| difference.lacks.0),
        "extra": difference.map_or(&[][..], |difference| &difference.extra.1),
        "extra-count": difference.map_or(0, |difference| difference.extra.0),
    })
}
