//! The status for people: a table, and below it the findings.

use bgpcs::plain;
use bgpcs_display::counted;
use bgpcs_display::detail::Detail;
use bgpcs_display::table::{Head, Paint, Table};
use bgpcs_display::time;

use super::routers::{NodeStatus, PillarState, Status, word};

impl Status {
    /// For people: a table, and below it what was found.
    pub fn text(&self, paint: Paint) -> String {
        let heads = ["Router", "Profile", "Node", "Pillar", "Written", "Findings"].map(Head::Text);
        let mut table = Table::new(heads, paint);
        for router in &self.routers {
            let of_nodes = |cell: &dyn Fn(&NodeStatus) -> String| {
                router.nodes.iter().map(cell).collect::<Vec<_>>().join("\n")
            };
            let cells = [
                plain(&router.router),
                plain(&router.profile),
                of_nodes(&|node| plain(&node.node)),
                of_nodes(&|node| node.pillar.name().to_owned()),
                of_nodes(&|node| self.written(node)),
                router.codes("\n"),
            ];
            table.row(router.health, cells);
        }
        let findings: String = self.findings.iter().map(|finding| format!("{finding}\n")).collect();
        let separator = if findings.is_empty() { "" } else { "\n" };
        format!("{table}\n{}\n{separator}{findings}", self.counts())
    }

    /// For people: every detail of each node, as `show plugins state … detail` of the PCLI has it.
    pub fn detail(&self) -> String {
        let mut text = String::new();
        for router in &self.routers {
            for node in &router.nodes {
                let mut detail = Detail::of(plain(&format!("{}.{}", node.node, router.router)));
                detail.line(0, "Pillars", word(router.health));
                detail.line(0, "Profile", plain(&router.profile));
                detail.line(0, "Pillar", "");
                detail.line(1, "Asset id", plain(node.asset_id.as_deref().unwrap_or("none")));
                detail.line(1, "State", node.pillar.name());
                if node.written.is_some() {
                    detail.line(1, "Written", self.written(node));
                }
                detail.line(0, "Findings", if router.findings.is_empty() { "none" } else { "" });
                for (number, code) in router.findings.iter().enumerate() {
                    detail.line(1, (number + 1).to_string(), code.name());
                }
                text += &detail.to_string();
            }
        }
        let findings: String = self.findings.iter().map(|finding| format!("{finding}\n")).collect();
        let separator = if findings.is_empty() { "" } else { "\n" };
        format!("{text}{separator}{findings}")
    }

    pub(super) fn counts(&self) -> String {
        let nodes: Vec<&NodeStatus> = self.routers.iter().flat_map(|router| &router.nodes).collect();
        let current = nodes.iter().filter(|node| node.pillar == PillarState::Current).count();
        format!(
            "{} with a profile, {} without; {current} of {} current",
            counted(self.routers.len(), "router"),
            self.without_profile,
            counted(nodes.len(), "pillar"),
        )
    }

    pub(super) fn written(&self, node: &NodeStatus) -> String {
        node.written.map_or_else(String::new, |written| time::since(written, self.now))
    }
}
