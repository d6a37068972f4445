//! `explain-community` and `preset`.

use bgpcs::{Community, Quoted};

use super::exit::{Exit, print, refused};
use crate::cli::PresetFormat;
use crate::communities::{explain, preset};
use crate::report::Log;

/// Prints what is made from the presets. These are part of the program, so an error means that the program is damaged.
fn of_presets(text: Result<String, serde_json::Error>) -> Exit {
    match text {
        Ok(text) => print(&text),
        Err(error) => {
            let message = format!("the presets of this version are damaged: {error}");
            refused(&mut Log::default(), message, "install the package again")
        }
    }
}

pub(super) fn explain_community(community: Community) -> Exit {
    of_presets(preset::all().map(|presets| explain(community, &presets)))
}

pub(super) fn list_presets() -> Exit {
    of_presets(list())
}

fn list() -> Result<String, serde_json::Error> {
    let line = |preset: preset::Preset| {
        let preset::Preset { name, description, source, .. } = preset;
        format!("{name}: {description}\n    {}\n    {}\n", source.title, source.url)
    };
    Ok(preset::all()?.into_iter().map(line).collect())
}

pub(super) fn show_preset(name: &str, format: PresetFormat) -> Exit {
    let presets = preset::all();
    if let Ok(presets) = &presets
        && !presets.iter().any(|preset| preset.name.as_str() == name)
    {
        let message = format!("there is no preset {}", Quoted(name));
        return refused(&mut Log::default(), message, "list the presets with: generate_pillar preset list");
    }
    of_presets(presets.and_then(|presets| {
        let named = presets.iter().filter(|preset| preset.name.as_str() == name);
        let text = |preset: &preset::Preset| match format {
            PresetFormat::Pcli => Ok(preset.pcli()),
            PresetFormat::Flat => Ok(preset.flat()),
            PresetFormat::Json => preset.json(),
        };
        named.map(text).collect()
    }))
}
