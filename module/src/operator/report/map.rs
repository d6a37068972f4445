//! The address map: which parts of the address space are classified, and by which application.
//!
//! A square is a block with classified addresses: an IPv4 /8 or an IPv6 /16. Its 256 cells, in rows of 16, are the next
//! eight bits of the address.

use std::collections::BTreeMap;

use bgpcs_display::html::{Html, all, element, of_text, text};

use crate::prefix::Prefix;

/// The most blocks that are drawn; others are only counted.
const MOST_BLOCKS: usize = 48;

/// The number of cells of a block.
const CELLS: usize = 256;

/// The side of a cell in units of the drawing.
const SIDE: usize = 10;

/// An application on the map.
pub struct Classified<'m> {
    /// Its name, as it is shown.
    pub name: String,
    /// The class that gives its cells their colour.
    pub class: &'static str,
    /// Its prefixes.
    pub prefixes: &'m [Prefix],
}

/// The applications with addresses in each cell, by their index.
type Block = BTreeMap<u8, Vec<usize>>;

/// The blocks, each with a caption. Prefixes larger than a block are listed below them.
pub fn blocks(applications: &[Classified<'_>]) -> Html {
    let mut blocks: BTreeMap<(bool, u16), Block> = BTreeMap::new();
    let mut larger: Vec<String> = Vec::new();
    for (index, application) in applications.iter().enumerate() {
        for prefix in application.prefixes {
            match place(*prefix) {
                Some((block, cells)) => {
                    let block = blocks.entry(block).or_default();
                    for cell in cells {
                        let known = block.entry(cell).or_default();
                        if known.last() != Some(&index) {
                            known.push(index);
                        }
                    }
                }
                None => larger.push(format!("{prefix} of {}", application.name)),
            }
        }
    }
    let hidden = blocks.len().saturating_sub(MOST_BLOCKS);
    let drawn: Html = blocks
        .iter()
        .take(MOST_BLOCKS)
        .map(|((is_ipv6, block), cells)| draw(*is_ipv6, *block, cells, applications))
        .collect();
    let note = |show: bool, note: String| if show { of_text("p", note) } else { Html::default() };
    all([
        element("div", &[("class", &"map")], drawn),
        note(hidden > 0, format!("{hidden} more blocks are not shown.")),
        note(!larger.is_empty(), format!("Larger than a block: {}.", larger.join(", "))),
    ])
}

/// The block that contains a prefix, and the cells with addresses of it; `None` if the prefix is larger than a block.
fn place(prefix: Prefix) -> Option<((bool, u16), std::ops::RangeInclusive<u8>)> {
    let (address, length) = prefix.parts();
    let (bits, block_length, is_ipv6) = match address {
        std::net::IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 8, false),
        std::net::IpAddr::V6(v6) => (u128::from(v6), 16, true),
    };
    let inner = length.checked_sub(block_length)?;
    let block = u16::try_from(bits >> (128 - u32::from(block_length))).ok()?;
    let first = u8::try_from((bits >> (120 - u32::from(block_length))) & 0xff).ok()?;
    let last = first | 0xff_u8.checked_shr(u32::from(inner)).unwrap_or(0);
    Some(((is_ipv6, block), first..=last))
}

fn draw(is_ipv6: bool, block: u16, cells: &Block, applications: &[Classified<'_>]) -> Html {
    let heading = if is_ipv6 { format!("{block:x}::/16") } else { format!("{block}.0.0.0/8") };
    let cell_name = |cell: u8| {
        if is_ipv6 {
            format!("{block:x}:{:x}::/24", u16::from(cell) << 8)
        } else {
            format!("{block}.{cell}.0.0/16")
        }
    };
    let cell = |(cell, owners): (&u8, &Vec<usize>)| {
        let owners = owners.iter().filter_map(|owner| applications.get(*owner));
        let names: Vec<&str> = owners.clone().map(|owner| owner.name.as_str()).collect();
        let class = match names.len() {
            0 | 1 => owners.map(|owner| owner.class).next().unwrap_or_default(),
            _ => "several",
        };
        let (x, y) = (usize::from(cell % 16) * SIDE, usize::from(cell / 16) * SIDE);
        element(
            "rect",
            &[("class", &class), ("x", &x), ("y", &y), ("width", &(SIDE - 1)), ("height", &(SIDE - 1))],
            element("title", &[], text(format!("{}: {}", cell_name(*cell), names.join(", ")))),
        )
    };
    let side = CELLS / 16 * SIDE;
    let view = format!("0 0 {side} {side}");
    let ground =
        element("rect", &[("class", &"ground"), ("width", &side), ("height", &side)], Html::default());
    let title = element("title", &[], text(format!("{} of 256 cells of {heading}", cells.len())));
    let squares: Html = cells.iter().map(cell).collect();
    let caption = of_text("figcaption", &heading);
    let drawing = element("svg", &[("viewBox", &view), ("role", &"img")], all([title, ground, squares]));
    element("figure", &[], all([drawing, caption]))
}
