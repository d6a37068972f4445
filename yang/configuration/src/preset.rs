//! Ready profiles of published service communities, to paste into a configuration.
//!
//! Each is a file in `presets/`, which names the public document that its values come from.

use std::fmt::Write;

use bgpcs::{Application, Community, Profile, ProfileName};
use serde::{Deserialize, Serialize};

use crate::profile::{WrittenApplication, WrittenProfile};

/// A ready profile.
#[derive(Debug, Clone, Deserialize)]
pub struct Preset {
    /// The profile's name.
    pub name: ProfileName,
    /// What it is for, in one line.
    pub description: String,
    /// The document that publishes the values.
    pub source: Publication,
    /// In the order of the document.
    pub applications: Vec<Application>,
}

/// A public document.
#[derive(Debug, Clone, Deserialize)]
pub struct Publication {
    /// The title of the document and of the section.
    pub title: String,
    /// The address of the document.
    pub url: String,
}

const FILES: &[&str] = &[
    include_str!("../presets/O365.json"),
    include_str!("../presets/Microsoft-ExpressRoute.json"),
    include_str!("../presets/O365-US-Government.json"),
    include_str!("../presets/Azure-Europe.json"),
    include_str!("../presets/Azure-US.json"),
    include_str!("../presets/AWS-DirectConnect.json"),
];

/// Every preset.
///
/// # Errors
/// When a file in the program is not a preset; tests make sure that this does not happen.
pub fn all() -> Result<Vec<Preset>, serde_json::Error> {
    FILES.iter().map(|file| serde_json::from_slice(file.as_bytes())).collect()
}

const PROFILE: &str = "bgp-community-services-profile";
const NAME: &str = "application-name";
const COMMUNITY: &str = "bgp-community";

impl Preset {
    /// The profile, with every other leaf at its default.
    ///
    /// # Errors
    /// When a file in the program is not valid; tests make sure that this does not happen.
    pub fn profile(&self) -> Result<Profile, Vec<String>> {
        let application = |application: &Application| WrittenApplication {
            name: application.application_name.to_string(),
            communities: application.bgp_community.iter().map(Community::to_string).collect(),
            leaves: Vec::new(),
        };
        let applications = self.applications.iter().map(application).collect();
        WrittenProfile { name: self.name.to_string(), applications, settings: Vec::new() }.check()
    }

    /// As `show config running` prints it.
    pub fn pcli(&self) -> String {
        pcli(&self.name, &self.applications)
    }

    /// As `show config running flat` prints it.
    pub fn flat(&self) -> String {
        let start = format!("config authority {PROFILE} {}", self.name);
        let mut text = format!("{start} name {}\n", self.name);
        for application in &self.applications {
            let start = format!("{start} application {}", application.application_name);
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{start} {NAME} {}", application.application_name);
            for community in &application.bgp_community {
                let _ = writeln!(text, "{start} {COMMUNITY} {community}");
            }
        }
        text
    }

    /// As the REST API returns it.
    ///
    /// # Errors
    /// None in practice; serde_json's signature has one.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        let profile = ProfileEntry { name: &self.name, application: &self.applications };
        let document = serde_json::json!({"config": {"authority": {PROFILE: [profile]}}});
        serde_json::to_string_pretty(&document).map(|text| text + "\n")
    }
}

/// A profile with these applications, of which only the communities count, as `show config running` prints it.
pub fn pcli(profile: &ProfileName, applications: &[Application]) -> String {
    let mut lines = vec![(0, "config".to_owned()), (1, "authority".to_owned())];
    let value = |key: &str, value: &str| format!("{key:<width$}{value}", width = NAME.len() + 2);
    lines.push((2, format!("{PROFILE}  {profile}")));
    lines.push((3, value("name", profile.as_str())));
    for application in applications {
        let name = application.application_name.as_str();
        lines.push((3, value("application", name)));
        lines.push((4, value(NAME, name)));
        lines.extend(application.bgp_community.iter().map(|one| (4, value(COMMUNITY, &one.to_string()))));
        lines.push((3, "exit".to_owned()));
    }
    lines.extend([2, 1, 0].map(|depth| (depth, "exit".to_owned())));
    lines.iter().map(|(depth, line)| format!("{:1$}{line}\n", "", depth * 4)).collect()
}

#[derive(Serialize)]
struct ProfileEntry<'a> {
    name: &'a ProfileName,
    application: &'a [Application],
}
