//! The fleet as comma-separated values (RFC 4180): a line for each node and application, and one for a node without.

use bgpcs::plain;

use super::join::Fleet;
use super::member::FleetNode;

const HEADS: &str = "router,node,asset-id,profile,health,pillar,salt,package,heard,changed,findings,application,ipv4,ipv6,\
                     digest,outlier\r\n";

impl Fleet {
    /// For a spreadsheet.
    pub fn csv(&self) -> String {
        let mut text = HEADS.to_owned();
        for node in &self.nodes {
            for line in lines(node) {
                let fields: Vec<String> = line.iter().map(|cell| field(cell)).collect();
                text += &fields.join(",");
                text += "\r\n";
            }
        }
        text
    }
}

fn lines(node: &FleetNode) -> Vec<Vec<String>> {
    let or_none = |text: Option<&String>| text.cloned().unwrap_or_default();
    let module = node.answer();
    let package = node.report.as_ref().and_then(|report| report.package.as_ref());
    let common = [
        node.router.clone(),
        node.node.clone(),
        or_none(node.asset_id.as_ref()),
        or_none(node.profile.as_ref()),
        node.health.name().to_owned(),
        node.pillar.map_or("none", |pillar| pillar.name()).to_owned(),
        node.salt.name().to_owned(),
        or_none(package.filter(|_| node.silence.is_none())),
        node.heard.map_or_else(String::new, bgpcs_display::time::at),
        or_none(module.and_then(|module| module.changed.as_ref())),
        node.findings.join(" "),
    ];
    let applications = module.map_or(&[][..], |module| &module.applications);
    if applications.is_empty() {
        return vec![common.into_iter().chain([const { String::new() }; 5]).collect()];
    }
    let with = |application: &bgpcs::brief::BriefApplication| {
        let is_outlier = node.outlier.contains(&application.name);
        let own = [
            application.name.clone(),
            application.ipv4.to_string(),
            application.ipv6.to_string(),
            application.digest.clone(),
            if is_outlier { "yes" } else { "no" }.to_owned(),
        ];
        common.iter().cloned().chain(own).collect()
    };
    applications.iter().map(with).collect()
}

/// A field. What a spreadsheet would take for a formula begins with an apostrophe, which it does not show.
fn field(text: &str) -> String {
    let text = plain(text);
    let text = match text.trim_start().starts_with(['=', '+', '-', '@']) {
        true => format!("'{text}"),
        false => text,
    };
    if text.contains(['"', ',']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
