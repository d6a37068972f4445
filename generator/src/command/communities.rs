//! `explain-community`, `preset` and `services`.

use bgpcs::{Community, Quoted};
use bgpcs_configuration::preset;
use generate_pillar_cli::{Permission, PolicyOptions, PresetFormat};

use super::exit::{Exit, failed, print, refused};
use crate::communities::{ReadyServices, ServicePolicies, explain};
use crate::report::Log;
use crate::run::{RunError, RunSettings};

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

/// Prints a preset; with `services`, a service for each of its applications instead.
pub(super) fn show_preset(name: &str, services: Option<PolicyOptions>, format: PresetFormat) -> Exit {
    let policies = services.map(policies);
    let presets = preset::all();
    if let Ok(presets) = &presets
        && !presets.iter().any(|preset| preset.name.as_str() == name)
    {
        let message = format!("there is no preset {}", Quoted(name));
        return refused(&mut Log::default(), message, "list the presets with: generate_pillar preset list");
    }
    of_presets(presets.and_then(|presets| {
        let named = presets.iter().filter(|preset| preset.name.as_str() == name);
        let text = |preset: &preset::Preset| match (&policies, format) {
            (Some(policies), format) => {
                let applications = preset.applications.iter().map(|one| one.application_name.as_str());
                services_text(&ReadyServices::new(applications, policies), format)
            }
            (None, PresetFormat::Pcli) => Ok(preset.pcli()),
            (None, PresetFormat::Flat) => Ok(preset.flat()),
            (None, PresetFormat::Json) => preset.json(),
        };
        named.map(text).collect()
    }))
}

/// Prints a service for each application of a profile of the configuration.
pub(super) fn show_services(
    settings: &RunSettings,
    profile: &str,
    options: PolicyOptions,
    format: PresetFormat,
) -> Exit {
    let authority = match settings.read() {
        Ok((authority, _)) => authority,
        Err(error) => return failed(&mut Log::default(), &error),
    };
    let named = authority.names.get(profile).and_then(|name| authority.profiles.get(&name));
    let Some(content) = named else {
        let message = format!("there is no profile {}", Quoted(profile));
        return refused(
            &mut Log::default(),
            message,
            "list the profiles with: generate_pillar check --summary",
        );
    };
    let policies = policies(options);
    let applications = content.applications.keys().map(|name| authority.names.text(*name));
    match services_text(&ReadyServices::new(applications, &policies), format) {
        Ok(text) => print(&text),
        Err(error) => failed(&mut Log::default(), &RunError::ReportText(error)),
    }
}

fn services_text(services: &ReadyServices<'_>, format: PresetFormat) -> Result<String, serde_json::Error> {
    match format {
        PresetFormat::Pcli => Ok(services.pcli()),
        PresetFormat::Flat => Ok(services.flat()),
        PresetFormat::Json => services.json(),
    }
}

fn policies(options: PolicyOptions) -> ServicePolicies {
    let PolicyOptions { tenants, access_policy, service_policy } = options;
    let permission = match access_policy {
        Permission::Allow => "allow",
        Permission::Deny => "deny",
    };
    ServicePolicies { tenants, permission, service_policy }
}
