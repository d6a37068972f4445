//! The status for people: a table, and below it the findings.

use bgpcs::plain;
use bgpcs_display::counted;
use bgpcs_display::table::{Head, Paint, Table};
use bgpcs_display::time;

use super::routers::{NodeStatus, PillarState, Status};

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
