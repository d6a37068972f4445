//! `CHANGELOG.md`, the release notes in the vendor's form, parsed.
//!
//! A release is a heading `## Release VERSION`, below it headings `### …` with bullets, and a line
//! `Release Date: Mon DD, YYYY`.

use anyhow::{Context, Result, ensure};
use fs_err as fs;
use jiff::civil::Date;
use task::workspace;

/// The notes of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// `MAJOR.MINOR.PATCH`.
    pub version: String,
    /// The day of the release.
    pub date: Date,
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

impl Release {
    /// Noon of the day in seconds since 1970, the time of a changelog entry in rpm; none if it does not fit into 32 bits.
    pub fn timestamp(&self) -> Option<u32> {
        let noon = self.date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        u32::try_from(noon.timestamp().as_second()).ok()
    }
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
            let parsed = Date::strptime("%b %d, %Y", day.trim());
            date = Some(parsed.with_context(|| expected_date(&version))?);
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
    let date = date.with_context(|| expected_date(&version))?;
    Ok(Release { version, date, sections })
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
            date: Date::constant(2026, 11, 21),
            sections: vec![Section { title: "Issues Fixed".to_owned(), changes }],
        };
        let releases = parse(text).expect("the text is in the form");
        assert_eq!(releases[0], newest);
        assert_eq!(releases[1].version, "4.1.0");
        assert_eq!(newest.timestamp(), Some(1_795_262_400));
    }

    #[test]
    fn says_what_is_missing() {
        let date = "CHANGELOG.md: release 1: expected a line such as `Release Date: Oct 01, 2026`";
        for (text, expected) in [
            ("", "CHANGELOG.md has no release, expected a heading such as `## Release 4.1.0`"),
            ("\n## Release 1\n", date),
            ("\n## Release 1\nRelease Date: soon\n", date),
        ] {
            assert_eq!(parse(text).expect_err("the text is not in the form").to_string(), expected);
        }
    }
}
