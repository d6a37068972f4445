//! A table of what an authority has.

use std::fmt;

use bgpcs::Quoted;

use crate::authority::Authority;

/// A table of the authority's profiles: how many routers and nodes have each, and what is in it.
#[derive(Debug)]
pub struct Summary(Vec<[String; 5]>);

impl Summary {
    /// Counts through an authority. The last line counts all of it: routers and nodes without a profile as well, and
    /// each application name and community once.
    pub fn of(authority: &Authority) -> Self {
        let names = &authority.names;
        let by_profile = authority.routers_by_profile();
        let mut lines =
            vec![["profile", "routers", "nodes", "applications", "communities"].map(str::to_owned)];
        let nodes = |name| authority.routers.get(name).map_or(0, |router| router.nodes.len());
        let undefined = by_profile.keys().filter(|name| !authority.profiles.contains_key(*name));
        for name in authority.profiles.keys().chain(undefined) {
            let routers = by_profile.get(name).map(Vec::as_slice).unwrap_or_default();
            let content = authority.profiles.get(name).map(|profile| &profile.applications);
            let communities = content.map_or(0, |content| content.values().map(|one| one.len()).sum());
            lines.push([
                Quoted(names.text(*name)).to_string(),
                routers.len().to_string(),
                routers.iter().map(nodes).sum::<usize>().to_string(),
                content.map_or_else(|| "undefined".to_owned(), |content| content.len().to_string()),
                communities.to_string(),
            ]);
        }
        let contents = || authority.profiles.values().map(|profile| &profile.applications);
        let applications: std::collections::HashSet<_> =
            contents().flat_map(|content| content.keys()).collect();
        let communities: std::collections::HashSet<_> =
            contents().flat_map(|content| content.values().flatten()).collect();
        lines.push([
            "in all".to_owned(),
            authority.routers.len().to_string(),
            authority.routers.keys().map(nodes).sum::<usize>().to_string(),
            applications.len().to_string(),
            communities.len().to_string(),
        ]);
        Self(lines)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            self.0
                .iter()
                .filter_map(|line| line.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths = [0, 1, 2, 3, 4].map(width);
        for [profile, numbers @ ..] in &self.0 {
            write!(f, "{profile:<width$}", width = widths[0])?;
            for (number, width) in numbers.iter().zip(&widths[1..]) {
                write!(f, "  {number:>width$}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
