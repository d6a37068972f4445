//! `CHANGELOG.md`, the release notes in the vendor's form, parsed.
//!
//! A release is a heading `## Release VERSION`, below it headings `### …` with bullets, and a line
//! `Release Date: Mon DD, YYYY`.

use anyhow::{Context, Result, ensure};
use bgpcs_display::time;
use fs_err as fs;
use task::workspace;

/// The notes of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// `MAJOR.MINOR.PATCH`.
    pub version: String,
    /// The day of the release, as it is written there: `Oct 01, 2026`.
    pub date: String,
    /// Noon of that day in UTC, in seconds since 1970: the time of a changelog entry in rpm, which has 32 bits.
    pub timestamp: u32,
    /// What changed, by kind: `New Features and Improvements`, `Issues Fixed`.
    pub sections: Vec<Section>,
}

/// The changes of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The kind.
    pub title: String,
    /// One text per change, on one line.
    pub changes: Vec<String>,
}

/// The releases of the workspace's `CHANGELOG.md`, newest first.
pub fn read() -> Result<Vec<Release>> {
    parse(&fs::read_to_string(workspace::root().join("CHANGELOG.md"))?)
}

/// The releases in a text, in its order.
pub fn parse(text: &str) -> Result<Vec<Release>> {
    let mut releases = Vec::new();
    for chapter in text.split("\n## Release ").skip(1) {
        releases.push(parse_release(chapter)?);
    }
    ensure!(
        !releases.is_empty(),
        "CHANGELOG.md has no release, expected a heading such as `## Release 4.1.0`"
    );
    Ok(releases)
}

fn parse_release(chapter: &str) -> Result<Release> {
    let (version, body) = chapter.split_once('\n').unwrap_or((chapter, ""));
    let version = version.trim().to_owned();
    let mut date = None;
    let mut sections: Vec<Section> = Vec::new();
    for line in body.lines() {
        if let Some(day) = line.strip_prefix("Release Date: ") {
            date = Some(day.trim().to_owned());
        } else if let Some(title) = line.strip_prefix("### ") {
            sections.push(Section { title: title.trim().to_owned(), changes: Vec::new() });
        } else if let Some(section) = sections.last_mut() {
            if let Some(change) = line.strip_prefix("- ") {
                section.changes.push(change.trim().to_owned());
            } else if let (Some(change), true) = (section.changes.last_mut(), line.starts_with("  ")) {
                change.push(' ');
                change.push_str(line.trim());
            }
        }
    }
    let timestamp = date.as_deref().and_then(noon);
    let (date, timestamp) = date.zip(timestamp).with_context(|| expected_date(&version))?;
    Ok(Release { version, date, timestamp, sections })
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Noon of a day in the vendor's form, if it is one.
fn noon(day: &str) -> Option<u32> {
    let (month, rest) = day.split_once(' ')?;
    let (day, year) = rest.split_once(", ")?;
    let month = 1 + MONTHS.iter().position(|name| *name == month)?;
    let time = time::parse(&format!("{year}-{month:02}-{day:0>2}T12:00:00Z"))?;
    u32::try_from(time).ok()
}

fn expected_date(version: &str) -> String {
    format!("CHANGELOG.md: release {version}: expected a line such as `Release Date: Oct 01, 2026`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_vendors_form() {
        let text = "# Release notes\n\n## Release 4.1.1\n\n### Issues Fixed\n\n- PLUGIN-1 First,\n  continued\n- Second\n\n\
                    Release Date: Nov 21, 2026\n\n## Release 4.1.0\n\nRelease Date: Oct 1, 2026\n";
        let changes = vec!["PLUGIN-1 First, continued".to_owned(), "Second".to_owned()];
        let newest = Release {
            version: "4.1.1".to_owned(),
            date: "Nov 21, 2026".to_owned(),
            timestamp: 1_795_262_400,
            sections: vec![Section { title: "Issues Fixed".to_owned(), changes }],
        };
        let releases = parse(text).expect("the text is in the form");
        assert_eq!(releases[0], newest);
        assert_eq!(releases[1].version, "4.1.0");
        assert_eq!(releases[1].timestamp, 1_790_856_000);
    }

    #[test]
    fn says_what_is_missing() {
        let date = "CHANGELOG.md: release 1: expected a line such as `Release Date: Oct 01, 2026`";
        for (text, expected) in [
            ("", "CHANGELOG.md has no release, expected a heading such as `## Release 4.1.0`"),
            ("\n## Release 1\n", date),
            ("\n## Release 1\nRelease Date: soon\n", date),
            ("\n## Release 1\nRelease Date: Okt 01, 2026\n", date),
            ("\n## Release 1\nRelease Date: Feb 30, 2026\n", date),
            ("\n## Release 1\nRelease Date: Oct 01, 2107\n", date),
        ] {
            assert_eq!(parse(text).expect_err("the text is not in the form").to_string(), expected);
        }
    }
}
