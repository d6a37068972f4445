//! Details of a node as `show plugins state … detail` of the PCLI prints them.

use std::fmt;

/// The rules above and below a node's name.
const RULE: usize = 76;

/// How far a section is indented, and each level below it.
const SECTION: usize = 3;
const LEVEL: usize = 2;

/// Details of one node: nested names, with values in one column.
#[derive(Debug)]
pub struct Detail {
    node: String,
    lines: Vec<(usize, String, String)>,
}

impl Detail {
    /// No details yet of the node of that name: `node1.router1`.
    pub fn of(node: impl Into<String>) -> Self {
        Self { node: node.into(), lines: Vec::new() }
    }

    /// Adds a name on a level, 0 for a section, and its value; empty: a name for the levels below it.
    pub fn line(&mut self, level: usize, name: impl Into<String>, value: impl Into<String>) {
        self.lines.push((SECTION + level * LEVEL, name.into(), value.into()));
    }
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = "=".repeat(RULE);
        writeln!(f, "{rule}\n {}\n{rule}", self.node)?;
        let width = |(indent, name, _): &(usize, String, String)| indent + name.chars().count();
        let valued = self.lines.iter().filter(|(_, _, value)| !value.is_empty());
        let column = valued.map(width).max().unwrap_or_default();
        for line in &self.lines {
            let (indent, name, value) = line;
            let (indent, gap) = (" ".repeat(*indent), " ".repeat(column.saturating_sub(width(line)) + 2));
            match value.is_empty() {
                true => writeln!(f, "{indent}{name}:")?,
                false => writeln!(f, "{indent}{name}:{gap}{value}")?,
            }
        }
        Ok(())
    }
}
