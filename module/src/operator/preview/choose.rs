//! Which profile is previewed: one of a file, or a preset.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bgpcs::{Profile, Quoted};
use bgpcs_configuration::preset;
use bgpcs_configuration::{ReadError, WrittenProfiles, read_profiles};

/// A profile to preview.
pub struct Chosen {
    /// The valid profile.
    pub profile: Profile,
    /// The names of leaves that this release does not know.
    pub unknown: Vec<String>,
}

/// A profile that cannot be previewed.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// There is neither a file nor a preset of that name.
    #[error("there is no file and no preset {}; name a file, or one of the presets {presets}", .wanted.display())]
    NoFile {
        /// What was given.
        wanted: PathBuf,
        /// The names of the presets.
        presets: String,
    },
    /// The file could not be opened.
    #[error("cannot read {}", .file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no configuration.
    #[error("cannot use {}; expected a profile as show config running, its flat form, NETCONF or the REST API gives it", .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: ReadError,
    },
    /// The file has no profile, or several, or not the one that was named.
    #[error("{} has {found}, expected {expected}", .file.display())]
    Choice {
        /// The file.
        file: PathBuf,
        /// The profiles in it.
        found: String,
        /// What to do.
        expected: String,
    },
    /// The profile has faults.
    #[error("profile {name} is not valid: {faults}")]
    Invalid {
        /// Its name.
        name: String,
        /// What is wrong, and where.
        faults: String,
    },
}

/// The profile of a file (`-` for standard input), or the preset of that name.
///
/// # Errors
/// When there is none, or not exactly one, or it is not valid.
pub fn choose(wanted: &Path, name: Option<&str>) -> Result<Chosen, PreviewError> {
    let opened: io::Result<Box<dyn Read>> = match wanted == Path::new("-") {
        true => Ok(Box::new(io::stdin())),
        false => File::open(wanted).map(|file| Box::new(file) as Box<dyn Read>),
    };
    match opened {
        Ok(input) => of_document(input, wanted, name),
        Err(error) if error.kind() == io::ErrorKind::NotFound => of_preset(wanted),
        Err(source) => Err(PreviewError::Open { file: wanted.to_owned(), source }),
    }
}

fn of_document(input: impl Read, file: &Path, name: Option<&str>) -> Result<Chosen, PreviewError> {
    let read = read_profiles(input);
    let WrittenProfiles { mut profiles, unknown } =
        read.map_err(|source| PreviewError::Read { file: file.to_owned(), source })?;
    let names: Vec<String> = profiles.iter().map(|profile| Quoted(&profile.name).to_string()).collect();
    profiles.retain(|profile| name.is_none_or(|name| profile.name == name));
    let (Some(written), None) = (profiles.pop(), profiles.pop()) else {
        let found = match names.as_slice() {
            [] => "no profile".to_owned(),
            [one] => format!("the profile {one}"),
            several => format!("the profiles {}", several.join(", ")),
        };
        let expected = match (name, names.len()) {
            (Some(name), _) => format!("one with the name {}", Quoted(name)),
            (None, 0) => "a bgp-community-services-profile".to_owned(),
            (None, _) => "the name of one of them with --name".to_owned(),
        };
        return Err(PreviewError::Choice { file: file.to_owned(), found, expected });
    };
    let invalid = |faults: Vec<String>| PreviewError::Invalid {
        name: Quoted(&written.name).to_string(),
        faults: faults.join("; "),
    };
    Ok(Chosen { profile: written.check().map_err(invalid)?, unknown })
}

fn of_preset(wanted: &Path) -> Result<Chosen, PreviewError> {
    let presets = preset::all().unwrap_or_default();
    let names: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
    let no_file = PreviewError::NoFile { wanted: wanted.to_owned(), presets: names.join(", ") };
    let named = presets.into_iter().find(|preset| wanted.to_str() == Some(preset.name.as_str()));
    let Some(preset) = named else { return Err(no_file) };
    let invalid = |faults: Vec<String>| PreviewError::Invalid {
        name: preset.name.to_string(),
        faults: faults.join("; "),
    };
    Ok(Chosen { profile: preset.profile().map_err(invalid)?, unknown: Vec::new() })
}
