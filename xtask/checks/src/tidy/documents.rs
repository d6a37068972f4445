//! Whether what documents name is there.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The documents whose text may only name paths of the tree that exist.
pub const WITH_PATHS: [&str; 2] = ["ARCHITECTURE.md", "CONTRIBUTING.md"];

/// The endings by which a word is a path of the tree, also without a `/`.
const ENDINGS: [&str; 5] = [".md", ".rs", ".toml", ".yaml", ".yang"];

/// The links of a document to files that do not exist; `exists` tells it of a path in the workspace.
pub fn broken_links(document: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event else { continue };
        let file = dest_url.split('#').next().unwrap_or_default();
        let is_elsewhere = file.is_empty() || file.contains("://") || file.starts_with("mailto:");
        if !is_elsewhere && !exists(&below(folder, file)) {
            found.push(format!("{}: links to {file}, which does not exist", place(document, text, &range)));
        }
    }
    found
}

/// The paths of the tree in a document that do not exist.
///
/// A path is a word in backticks or in a cell of a table that has a `/` or one of [`ENDINGS`]. It counts from the root; in
/// a row of a table also from the first folder in the row, or that folder's `src/`. Skipped are: words with placeholders
/// or anything else than letters, digits and `._-/`; absolute paths, which are those of an installed system; what is
/// below `target/`; and words without an ending whose first part is nothing of the tree.
pub fn missing_paths(document: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut row_folder: Option<String> = None;
    let mut is_in_table = false;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let (words, is_code) = match &event {
            Event::Code(code) => (code.as_ref(), true),
            Event::Text(words) if is_in_table => (words.as_ref(), false),
            Event::Start(Tag::Table(_)) => {
                is_in_table = true;
                continue;
            }
            Event::End(TagEnd::Table) => {
                is_in_table = false;
                continue;
            }
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => {
                row_folder = None;
                continue;
            }
            _ => continue,
        };
        for word in words.split([' ', ',', ';', '(', ')']).filter(|word| is_path(word, is_code)) {
            let places = match &row_folder {
                Some(folder) => vec![String::new(), folder.clone(), below(folder, "src")],
                None => vec![String::new()],
            };
            if places.iter().any(|folder| exists(&below(folder, word))) {
                if is_in_table && word.ends_with('/') && row_folder.is_none() {
                    row_folder = Some(word.trim_end_matches('/').to_owned());
                }
                continue;
            }
            let first = word.split('/').next().unwrap_or_default();
            if has_ending(word) || row_folder.is_some() || exists(first) {
                found.push(format!("{}: names {word}, which does not exist", place(document, text, &range)));
            }
        }
    }
    found
}

fn is_path(word: &str, is_code: bool) -> bool {
    let is_plain = word.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-/".contains(letter));
    let is_named = has_ending(word) || (word.contains('/') && (is_code || word.ends_with('/')));
    is_plain
        && is_named
        && !word.starts_with(['/', '-'])
        && !word.starts_with("target/")
        && !ENDINGS.contains(&word)
}

fn has_ending(word: &str) -> bool {
    ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// A path from the root for one from a folder; `..` goes up.
fn below(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

fn place(document: &str, text: &str, range: &Range<usize>) -> String {
    let line = text.get(..range.start).map_or(0, |before| before.matches('\n').count()) + 1;
    format!("{document}:{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: [&str; 7] = [
        "README.md",
        "docs",
        "docs/guide.md",
        "module",
        "module/src",
        "module/src/source",
        "module/src/source/unix.rs",
    ];

    fn exists(path: &str) -> bool {
        TREE.contains(&path)
    }

    #[test]
    fn links_count_from_the_folder_of_the_document() {
        let text =
            "[a](guide.md#part) [b](../README.md)\n[c](https://example.com/x.md) [d](#here) `[e](no.md)`\n";
        assert_eq!(broken_links("docs/guide.md", text, exists), [""; 0]);
        let broken = broken_links("docs/guide.md", "\n[a](README.md)\n", exists);
        assert_eq!(broken, ["docs/guide.md:2: links to README.md, which does not exist"]);
    }

    #[test]
    fn paths_in_backticks_and_tables_exist() {
        for (text, missing) in [
            ("`module/src/source/unix.rs`, `docs/`, `README.md` and `docs/*.md`, `module/<name>.rs`", None),
            (
                "`/etc/gone.yaml`, `target/gone/`, `GET/POST`, `paths::X`, `cargo test -p x`, gone.rs in prose",
                None,
            ),
            ("see `gone.rs` there", Some("gone.rs")),
            ("see `docs/gone/` there", Some("docs/gone/")),
            ("run `cat docs/gone.md`", Some("docs/gone.md")),
            ("| a | b |\n| - | - |\n| `module/src/` | `source/`, `source/unix.rs` |\n", None),
            ("| a | b |\n| - | - |\n| `module/` | `source/` in `unix.rs` |\n", Some("unix.rs")),
            ("| a | b |\n| - | - |\n| `module/` | `gone/` |\n", Some("gone/")),
            ("| a | b |\n| - | - |\n| `module/` | x |\n| y | `source/unix.rs` |\n", Some("source/unix.rs")),
            ("| a | b |\n| - | - |\n| x | docs/gone.md |\n", Some("docs/gone.md")),
        ] {
            let found = missing_paths("ARCHITECTURE.md", text, exists);
            let names: Vec<&str> = found.iter().filter_map(|line| line.split(' ').nth(2)).collect();
            let expected: Vec<String> = missing.iter().map(|path| format!("{path},")).collect();
            assert_eq!(names, expected, "{text}");
        }
    }
}
