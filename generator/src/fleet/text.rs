//! The fleet for people: a table, and below it who differs, and how it was asked.

use bgpcs::{IpPrefix, plain};
use bgpcs_display::detail::Detail;
use bgpcs_display::table::{Head, Paint, Table};
use bgpcs_display::{counted, listed, time};

use super::join::Fleet;
use super::member::FleetNode;
use super::node::{NodeHealth, SaltState};
use super::outliers::{Norm, Outlier, Pair};

/// How many prefixes of a difference, and how many outliers of a norm, the text names.
const PREFIXES: usize = 5;
const OUTLIERS: usize = 20;

impl Fleet {
    /// For people: a table, and below it who differs, and how it was asked.
    pub fn text(&self, paint: Paint) -> String {
        let heads = ["Router", "Node", "Health", "Pillar", "Salt", "Module"].map(Head::Text);
        let numbers = ["IPv4", "IPv6"].map(Head::Number);
        let rest = ["Changed", "Findings"].map(Head::Text);
        let heads: Vec<Head> = heads.into_iter().chain(numbers).chain(rest).collect();
        let mut table = Table::new(heads, paint);
        for node in &self.nodes {
            table.row(node.health.colour(), self.cells(node));
        }
        let lines: Vec<String> = [self.norm_lines(), self.pair_lines(), self.findings.clone()].concat();
        let lines = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let separator = if lines.is_empty() { "" } else { "\n" };
        format!("{table}\n{}{separator}{lines}", self.summary())
    }

    fn cells(&self, node: &FleetNode) -> Vec<String> {
        let module = node.module();
        let says = match (&node.silence, module) {
            (Some(cause), last) => {
                let last = last.map(|last| last.health.name()).map(|last| format!(", {last}"));
                let heard = node.heard.map(|heard| {
                    format!("\nlast heard {}{}", time::since(heard, self.now), last.unwrap_or_default())
                });
                format!("no answer: {}{}", plain(cause), heard.unwrap_or_default())
            }
            (None, Some(module)) => format!("{}, run {}", module.health.name(), plain(&module.run.outcome)),
            (None, None) => node.module_silence(),
        };
        let count = |of: fn(&bgpcs::brief::BriefApplication) -> u64| {
            let told = node.answer().filter(|_| node.profile.is_some());
            let sum = |module: &bgpcs::brief::Brief| module.applications.iter().map(of).sum::<u64>();
            told.map_or_else(String::new, |module| match module.left_out {
                0 => sum(module).to_string(),
                _ => format!("{}+", sum(module)),
            })
        };
        let changed = node.answer().and_then(|module| time::parse(module.changed.as_ref()?));
        vec![
            plain(&node.router),
            plain(&node.node),
            node.health.name().to_owned(),
            node.pillar.map_or("no profile", |pillar| pillar.name()).to_owned(),
            salt(node),
            says,
            count(|application| application.ipv4),
            count(|application| application.ipv6),
            changed.map_or_else(String::new, |changed| time::since(changed, self.now)),
            node.findings.join("\n"),
        ]
    }

    /// How many nodes are how, and how they were asked.
    pub fn summary(&self) -> String {
        let counts = self.counts();
        let healths: Vec<String> = NodeHealth::ALL
            .iter()
            .filter(|health| counts.of(**health) > 0)
            .map(|health| format!("{} {}", counts.of(*health), health.name()))
            .collect();
        let healths = match healths.is_empty() {
            true => "no node to show".to_owned(),
            false => healths.join(", "),
        };
        let asked = &self.asked;
        let master = plain(&asked.master);
        let how = match (asked.at, asked.is_cached) {
            (None, _) => "never asked yet".to_owned(),
            (Some(at), true) => format!("as last asked {}", time::since(at, self.now)),
            (Some(at), false) => format!(
                "the master of {master} was asked at {} and had {} of {} in {}.{} s",
                time::at(at),
                counted(asked.answers, "answer"),
                asked.nodes,
                asked.milliseconds / 1000,
                asked.milliseconds / 100 % 10,
            ),
        };
        let error = asked.error.as_ref().map(|error| format!("{}\n", plain(error))).unwrap_or_default();
        format!("{healths}; {}\n{how}\n{error}", self.without_profile())
    }

    fn without_profile(&self) -> String {
        format!("{} without a profile", counted(self.without_profile, "router"))
    }

    pub(super) fn norm_lines(&self) -> Vec<String> {
        self.norms.iter().flat_map(|norm| self.lines_of(norm)).collect()
    }

    fn lines_of(&self, norm: &Norm) -> Vec<String> {
        let of = format!("profile {}, application {}", plain(&norm.profile), plain(&norm.application));
        let Some((_, alike)) = norm.norm else {
            let nodes = counted(norm.nodes, "node");
            return vec![format!("{of}: no norm, {nodes} have {} different sets of prefixes", norm.groups)];
        };
        if norm.outliers.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![format!("{of}: {alike} of {} have the same, not:", counted(norm.nodes, "node"))];
        lines.extend(norm.outliers.iter().take(OUTLIERS).map(|outlier| format!("  {}", self.line(outlier))));
        if norm.outliers.len() > OUTLIERS {
            lines.push(format!("  and {} more", norm.outliers.len() - OUTLIERS));
        }
        lines
    }

    fn line(&self, outlier: &Outlier) -> String {
        // After a selection the index is not that of the node any more; the asset id is always its own.
        let named = self.nodes.iter().find(|node| node.asset_id.as_ref() == Some(&outlier.asset_id));
        let name = named.map_or_else(
            || plain(&outlier.asset_id),
            |node| format!("{} {}", plain(&node.router), plain(&node.node)),
        );
        let since = outlier.seconds.map_or_else(
            || "since before what is recorded".to_owned(),
            |seconds| format!("for {}", time::span(seconds)),
        );
        let Some(difference) = &outlier.difference else {
            return format!("{name} {since}: its prefixes were not compared");
        };
        let part = |word: &str, (count, first): &(usize, Vec<IpPrefix>)| {
            let shown = first.iter().take(PREFIXES);
            let more = count - shown.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            (*count > 0).then(|| format!("{word} {}{more}", listed(shown, PREFIXES)))
        };
        let parts = [part("lacks", &difference.lacks), part("has too much", &difference.extra)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let parts = if parts.is_empty() { "the same by now".to_owned() } else { parts.join("; ") };
        format!("{name} {since}: {parts}")
    }

    pub(super) fn pair_lines(&self) -> Vec<String> {
        let line = |pair: &Pair| {
            let [one, other] = pair.nodes.each_ref().map(|node| plain(node));
            let (router, application) = (plain(&pair.router), plain(&pair.application));
            format!("router {router}: {one} and {other} have different prefixes in application {application}")
        };
        self.pairs.iter().map(line).collect()
    }

    /// For people: every detail of each node, as `show plugins state … detail` of the PCLI has it.
    pub fn detail(&self) -> String {
        let nodes: String = self.nodes.iter().map(|node| self.detail_of(node)).collect();
        format!("{nodes}\n{}", self.summary())
    }

    fn detail_of(&self, node: &FleetNode) -> String {
        let mut detail = Detail::of(plain(&format!("{}.{}", node.node, node.router)));
        let since = |text: &Option<String>| {
            let known = text.as_ref().and_then(|text| time::parse(text));
            known.map_or_else(|| "none".to_owned(), |known| time::since(known, self.now))
        };
        detail.line(0, "Health", node.health.name());
        detail.line(0, "Profile", plain(node.profile.as_deref().unwrap_or("none")));
        detail.line(0, "Asset id", plain(node.asset_id.as_deref().unwrap_or("none")));
        detail.line(0, "Pillar", node.pillar.map_or("no profile", |pillar| pillar.name()));
        detail.line(0, "Salt", salt(node).replace('\n', ", "));
        match (&node.silence, node.heard) {
            (None, Some(heard)) => detail.line(0, "Answered", time::since(heard, self.now)),
            (None, None) => {}
            (Some(cause), heard) => {
                detail.line(0, "No answer", plain(cause));
                let heard = heard.map_or_else(|| "never".to_owned(), |heard| time::since(heard, self.now));
                detail.line(0, "Last heard", heard);
            }
        }
        if let Some(module) = node.module() {
            detail.line(0, "Module", "");
            detail.line(1, "Health", module.health.name());
            detail.line(1, "Version", plain(&module.module));
            detail.line(1, "Last outcome", plain(&module.run.outcome));
            detail.line(1, "Last run", since(&module.run.finished));
            detail.line(1, "Configuration", since(&module.configuration.written));
            detail.line(1, "Changed", since(&module.changed));
            detail.line(1, "Applications", "");
            for application in &module.applications {
                let counts = format!("{} IPv4, {} IPv6", application.ipv4, application.ipv6);
                detail.line(2, plain(&application.name), counts);
            }
            if module.left_out > 0 {
                detail.line(2, "left out", module.left_out.to_string());
            }
        }
        detail.line(0, "Findings", if node.findings.is_empty() { "none" } else { "" });
        for (number, code) in node.findings.iter().enumerate() {
            detail.line(1, (number + 1).to_string(), plain(code));
        }
        detail.to_string()
    }
}

/// What Salt did, with the package where it is not that of the pillar.
fn salt(node: &FleetNode) -> String {
    let package = node.report.as_ref().and_then(|report| report.package.as_deref()).map(plain);
    match (node.salt, package) {
        (SaltState::Unknown, _) if node.silence.is_some() => String::new(),
        (SaltState::OlderPackage | SaltState::OtherPackage | SaltState::LeftOver, Some(package)) => {
            format!("{}\n{package}", node.salt.name())
        }
        (state, _) => state.name().to_owned(),
    }
}
