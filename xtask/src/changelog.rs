//! `CHANGELOG.md`, the release notes in the vendor's form, as values.
//!
//! A release is a heading `## Release VERSION`, below it headings `### …` with bullets, and a line
//! `Release Date: Mon DD, YYYY`.

use std::fs;

use jiff::civil::Date;

use crate::workspace;

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
    /// Noon of the release's day in seconds since 1970, the time that rpm gives a changelog entry.
    pub fn timestamp(&self) -> Option<u32> {
        let noon = self.date.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        u32::try_from(noon.timestamp().as_second()).ok()
    }
}

/// The releases of the workspace's `CHANGELOG.md`, newest first.
pub fn read() -> Result<Vec<Release>, ChangelogError> {
    let text = fs::read_to_string(workspace::root().join("CHANGELOG.md")).map_err(ChangelogError::Read)?;
    parse(&text)
}

/// The releases in a text, in its order.
pub fn parse(text: &str) -> Result<Vec<Release>, ChangelogError> {
    let mut releases = Vec::new();
    for chapter in text.split("\n## Release ").skip(1) {
        releases.push(parse_release(chapter)?);
    }
    if releases.is_empty() { Err(ChangelogError::Empty) } else { Ok(releases) }
}

fn parse_release(chapter: &str) -> Result<Release, ChangelogError> {
    let (version, body) = chapter.split_once('\n').unwrap_or((chapter, ""));
    let version = version.trim().to_owned();
    let mut date = None;
    let mut sections: Vec<Section> = Vec::new();
    for line in body.lines() {
        if let Some(day) = line.strip_prefix("Release Date: ") {
            let parsed = Date::strptime("%b %d, %Y", day.trim());
            date = Some(parsed.map_err(|source| ChangelogError::Date { version: version.clone(), source })?);
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
    let date = date.ok_or_else(|| ChangelogError::NoDate { version: version.clone() })?;
    Ok(Release { version, date, sections })
}

/// Release notes that are not in their form.
#[derive(Debug, thiserror::Error)]
pub enum ChangelogError {
    /// The file could not be read.
    #[error("cannot read CHANGELOG.md: {0}")]
    Read(std::io::Error),
    /// There is no release in it.
    #[error("CHANGELOG.md has no release, expected a heading such as `## Release 4.1.0`")]
    Empty,
    /// A release has no date.
    #[error("CHANGELOG.md: release {version} has no line `Release Date: Mon DD, YYYY`")]
    NoDate {
        /// Of the release.
        version: String,
    },
    /// A date is none.
    #[error("CHANGELOG.md: release {version}: {source}, expected a line `Release Date: Mon DD, YYYY`")]
    Date {
        /// Of the release.
        version: String,
        /// What is wrong with it.
        source: jiff::Error,
    },
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
        for (text, expected) in [
            ("", "CHANGELOG.md has no release, expected a heading such as `## Release 4.1.0`"),
            ("\n## Release 1\n", "CHANGELOG.md: release 1 has no line `Release Date: Mon DD, YYYY`"),
        ] {
            assert_eq!(parse(text).expect_err("the text is not in the form").to_string(), expected);
        }
        assert!(matches!(parse("\n## Release 1\nRelease Date: soon\n"), Err(ChangelogError::Date { .. })));
    }
}
