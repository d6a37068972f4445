//! The fleet as a page for a browser: one file, which requests nothing.
//!
//! What is needed without scripts is written out: how many nodes are how, who differs, and the worst nodes. The matrix of all
//! nodes is data that the page's script shows as far as it is looked at, since 5,000 rows at once take a browser seconds.

use std::collections::HashMap;

use bgpcs::plain;
use bgpcs_display::html::{Html, all, data, element, of_text, page, raw, section, text, wide};
use bgpcs_display::time;
use serde_json::{Value, json};

use super::join::Fleet;
use super::member::FleetNode;
use super::node::NodeHealth;

const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

/// How many of the worst nodes are listed without scripts.
const MOST_LISTED: usize = 100;

/// How many applications have a column.
const MOST_APPLICATIONS: usize = 60;

impl Fleet {
    /// For a browser.
    pub fn html(&self) -> String {
        let body = all([
            element("style", &[], raw(STYLE)),
            self.header(),
            section("Who differs", self.differing()),
            section("Nodes", self.matrix()),
            element("noscript", &[], section("The worst nodes", self.worst())),
            section("Findings in the configuration", self.found()),
            data("fleet", &self.data().to_string()),
        ]);
        page("BGP Community Services: the fleet", body, Some(SCRIPT))
    }

    fn header(&self) -> Html {
        let counts = self.counts();
        let card = |health: &NodeHealth| {
            let class = class(*health);
            let name = element("dt", &[], element("span", &[("class", &class)], text(health.name())));
            element("div", &[], all([name, of_text("dd", counts.of(*health))]))
        };
        let lines = self.summary();
        let lines = lines.lines().map(|line| of_text("p", line));
        element(
            "header",
            &[],
            all([
                of_text("h1", "BGP Community Services: the fleet"),
                lines.collect(),
                element("dl", &[("class", &"facts")], NodeHealth::ALL.iter().map(card).collect()),
            ]),
        )
    }

    fn differing(&self) -> Html {
        let lines: Vec<String> = self.norm_lines().into_iter().chain(self.pair_lines()).collect();
        match lines.is_empty() {
            true => of_text("p", "No node has other prefixes than the others of its profile."),
            false => {
                element("ul", &[], lines.iter().take(MOST_LISTED).map(|line| of_text("li", line)).collect())
            }
        }
    }

    fn found(&self) -> Html {
        match &self.findings[..] {
            [] => of_text("p", "No problem was found in the configuration."),
            found => {
                element("ul", &[], found.iter().take(MOST_LISTED).map(|line| of_text("li", line)).collect())
            }
        }
    }

    /// Where the script puts the filters and the table.
    fn matrix(&self) -> Html {
        let table = element("table", &[("id", &"nodes")], raw("<thead></thead><tbody></tbody>"));
        all([
            raw("<form id=\"tools\" hidden>\
                 <label>Search <input id=\"search\" type=\"search\" size=\"24\"></label> \
                 <label>Health <select id=\"health\"><option value=\"\">all</option></select></label> \
                 <label>Profile <select id=\"profile\"><option value=\"\">all</option></select></label> \
                 <label>Finding <select id=\"finding\"><option value=\"\">all</option></select></label> \
                 <label><input id=\"problems\" type=\"checkbox\"> only problems</label> \
                 <output id=\"shown\"></output></form>\n"),
            wide(table),
            raw("<p><button type=\"button\" id=\"more\" hidden>Show more</button></p>\n"),
            raw("<noscript><p>The table of all nodes needs scripts.</p></noscript>\n"),
        ])
    }

    fn worst(&self) -> Html {
        let mut nodes: Vec<&FleetNode> =
            self.nodes.iter().filter(|node| node.health > NodeHealth::Healthy).collect();
        nodes.sort_by_key(|node| std::cmp::Reverse(node.health));
        let line = |node: &&FleetNode| {
            let codes = node.findings.join(", ");
            of_text("li", format!("{} {}: {}: {codes}", node.router, node.node, node.health.name()))
        };
        let more = nodes.len().saturating_sub(MOST_LISTED);
        let list = element("ul", &[], nodes.iter().take(MOST_LISTED).map(line).collect());
        let more = if more > 0 { of_text("p", format!("and {more} more")) } else { Html::default() };
        all([list, more])
    }

    /// The nodes as the script wants them: texts that many have in common stand once, in lists.
    fn data(&self) -> Value {
        let mut profiles = Words::default();
        let mut applications = Words::default();
        let mut codes = Words::default();
        let rows: Vec<Value> = self
            .nodes
            .iter()
            .map(|node| {
                let profile = node.profile.as_ref().map(|profile| profiles.index(profile));
                let told = node.answer().map_or(&[][..], |module| &module.applications);
                let cells: Vec<Value> = told
                    .iter()
                    .map(|one| {
                        let is_outlier = u8::from(node.outlier.contains(&one.name));
                        json!([applications.index(&one.name), one.ipv4, one.ipv6, is_outlier])
                    })
                    .collect();
                let found: Vec<usize> = node.findings.iter().map(|code| codes.index(code)).collect();
                json!([
                    plain(&node.router),
                    plain(&node.node),
                    plain(node.asset_id.as_deref().unwrap_or_default()),
                    profile,
                    health_index(node.health),
                    node.pillar.map_or("no profile", |pillar| pillar.name()),
                    node.salt.name(),
                    self.says(node),
                    node.heard.map(time::at),
                    node.answer().and_then(|module| module.changed.clone()),
                    found,
                    cells,
                ])
            })
            .collect();
        applications.list.truncate(MOST_APPLICATIONS);
        json!({
            "healths": NodeHealth::ALL.map(|health| json!([health.name(), class(health)])),
            "profiles": profiles.list,
            "applications": applications.list,
            "codes": codes.list,
            "rows": rows,
        })
    }

    /// What there is to say about a node besides its codes.
    fn says(&self, node: &FleetNode) -> String {
        let module = node.module();
        match (&node.silence, module) {
            (Some(cause), _) => format!("no answer: {}", plain(cause)),
            (None, Some(module)) => {
                format!("{}, version {}", plain(&module.run.outcome), plain(&module.module))
            }
            (None, None) => node.module_silence(),
        }
    }
}

fn class(health: NodeHealth) -> &'static str {
    match health {
        NodeHealth::Healthy => "badge is-good",
        NodeHealth::Degraded => "badge is-degraded",
        NodeHealth::Broken => "badge is-broken",
        NodeHealth::NoAnswer => "badge is-silent",
        NodeHealth::NoProfile => "badge",
    }
}

fn health_index(health: NodeHealth) -> Option<usize> {
    NodeHealth::ALL.iter().position(|known| *known == health)
}

/// Texts, each once.
#[derive(Default)]
struct Words<'w> {
    list: Vec<String>,
    known: HashMap<&'w str, usize>,
}

impl<'w> Words<'w> {
    fn index(&mut self, word: &'w str) -> usize {
        *self.known.entry(word).or_insert_with(|| {
            self.list.push(plain(word));
            self.list.len() - 1
        })
    }
}
