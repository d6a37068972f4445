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
    columns: Columns,
    rows: Vec<(Health, Vec<String>)>,
    paint: Paint,
}

/// The columns of a table whose rows are too many to be in memory: each is seen twice, for the widths and to be printed.
#[derive(Debug)]
pub struct Columns {
    heads: Vec<Head>,
    /// In characters.
    widths: Vec<usize>,
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
        Self { columns: Columns::new(heads), rows: Vec::new(), paint }
    }

    /// Adds a row with one cell for each column, in the colour of `health`. Of a long cell, only the start is shown.
    pub fn row(&mut self, health: Health, cells: impl Into<Vec<String>>) {
        let cells: Vec<String> = cells.into().iter().map(|cell| shortened(cell)).collect();
        self.columns.widen_to(&cells);
        self.rows.push((health, cells));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.columns.head())?;
        for (health, cells) in &self.rows {
            for line in self.columns.lines(cells) {
                writeln!(f, "{}", self.paint.by(*health, &line))?;
            }
        }
        Ok(())
    }
}

impl Columns {
    /// Columns that are as wide as their heads.
    pub fn new(heads: impl Into<Vec<Head>>) -> Self {
        let heads = heads.into();
        let widths = heads.iter().map(|head| head.name().chars().count()).collect();
        Self { heads, widths }
    }

    /// Makes the columns wide enough for a row with one cell for each column.
    pub fn widen(&mut self, cells: &[String]) {
        let cells: Vec<String> = cells.iter().map(|cell| shortened(cell)).collect();
        self.widen_to(&cells);
    }

    /// The same for a row whose cells are short enough.
    fn widen_to(&mut self, cells: &[String]) {
        for (cell, width) in cells.iter().zip(&mut self.widths) {
            *width = cell.lines().map(|line| line.chars().count()).max().unwrap_or(0).max(*width);
        }
    }

    /// The heads between rules.
    pub fn head(&self) -> String {
        let rule = line(self.widths.iter().map(|width| "=".repeat(width + 2)));
        let heads =
            line(self.heads.iter().zip(&self.widths).map(|(head, width)| head.pad(head.name(), *width)));
        format!("{rule}\n{heads}\n{rule}\n")
    }

    /// The text of a row.
    pub fn row(&self, cells: &[String]) -> String {
        let cells: Vec<String> = cells.iter().map(|cell| shortened(cell)).collect();
        self.lines(&cells).map(|line| line + "\n").collect()
    }

    /// The lines of a row whose cells are short enough.
    fn lines(&self, cells: &[String]) -> impl Iterator<Item = String> {
        let height = cells.iter().map(|cell| cell.lines().count()).max().unwrap_or(1).max(1);
        let columns = self.heads.iter().zip(&self.widths).zip(cells);
        let part = |cell: &str, number| cell.lines().nth(number).unwrap_or_default().to_owned();
        (0..height).map(move |number| {
            line(columns.clone().map(|((head, width), cell)| head.pad(&part(cell, number), *width)))
        })
    }
}

/// Cells with a blank between them.
fn line(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(" ").trim_end().to_owned()
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
