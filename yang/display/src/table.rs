//! Tables as the PCLI prints them, and colours for a terminal.

use std::fmt;

use bgpcs::Health;

/// Whether text may be coloured, as on a terminal.
#[derive(Debug, Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    /// The text in the colour of `health`; unchanged if healthy, or if nothing may be coloured.
    pub fn by(self, health: Health, text: &str) -> String {
        let colour = match health {
            Health::Healthy => return text.to_owned(),
            Health::Degraded => "33",
            Health::Broken => "31",
        };
        if self.0 { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A table with rules of `=` around its heads. A cell can have several lines; numbers are aligned to the right. A cell
/// of any length is possible, but only its start is shown.
#[derive(Debug)]
pub struct Table {
    heads: Vec<Head>,
    rows: Vec<(Health, Vec<String>)>,
    paint: Paint,
}

/// The head of a column, and the kind of its cells.
#[derive(Debug, Clone, Copy)]
pub enum Head {
    /// The cells are text.
    Text(&'static str),
    /// The cells are numbers.
    Number(&'static str),
}

impl Table {
    /// A table without rows.
    pub fn new(heads: impl Into<Vec<Head>>, paint: Paint) -> Self {
        Self { heads: heads.into(), rows: Vec::new(), paint }
    }

    /// Adds a row with one cell for each column, in the colour of `health`. Of a long cell, only the start is shown.
    pub fn row(&mut self, health: Health, cells: impl Into<Vec<String>>) {
        self.rows.push((health, cells.into().iter().map(|cell| shortened(cell)).collect()));
    }

    fn width(&self, column: usize, head: &Head) -> usize {
        let cells = self.rows.iter().filter_map(|(_, cells)| cells.get(column));
        let lines = cells.flat_map(|cell| cell.lines()).map(|line| line.chars().count());
        lines.max().unwrap_or(0).max(head.name().chars().count())
    }
}

/// How many characters of a line of a cell are shown, and how many of its lines.
const WIDEST: usize = 200;
const HIGHEST: usize = 40;

/// The start of a cell that is too long for a table.
fn shortened(cell: &str) -> String {
    let lines = cell.lines().take(HIGHEST).map(|line| match line.char_indices().nth(WIDEST) {
        Some((end, _)) => line.get(..end).unwrap_or(line).to_owned() + "…",
        None => line.to_owned(),
    });
    let mut lines: Vec<String> = lines.collect();
    let more = cell.lines().skip(HIGHEST).count();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

impl Head {
    fn name(&self) -> &'static str {
        match self {
            Self::Text(name) | Self::Number(name) => name,
        }
    }

    fn pad(&self, text: &str, width: usize) -> String {
        match self {
            Self::Text(_) => format!(" {text:<width$} "),
            Self::Number(_) => format!(" {text:>width$} "),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> =
            self.heads.iter().enumerate().map(|(column, head)| self.width(column, head)).collect();
        let columns = || self.heads.iter().zip(&widths);
        let line = |cells: Vec<String>| cells.join(" ").trim_end().to_owned();
        let rule = line(widths.iter().map(|width| "=".repeat(width + 2)).collect());
        let heads = line(columns().map(|(head, width)| head.pad(head.name(), *width)).collect());
        writeln!(f, "{rule}\n{heads}\n{rule}")?;
        for (health, cells) in &self.rows {
            let height = cells.iter().map(|cell| cell.lines().count()).max().unwrap_or(1).max(1);
            for number in 0..height {
                let part = |cell: &str| cell.lines().nth(number).unwrap_or_default().to_owned();
                let padded = columns().zip(cells).map(|((head, width), cell)| head.pad(&part(cell), *width));
                writeln!(f, "{}", self.paint.by(*health, &line(padded.collect())))?;
            }
        }
        Ok(())
    }
}
