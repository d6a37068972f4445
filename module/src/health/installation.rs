//! Checks of what Salt installs and the operator configures.

use bgpcs::{Quoted, ROUTER_PACKAGE, UpdateMode, VERSION};
use bgpcs_display::{counted, time};

use crate::configuration::ConfigurationError;
use crate::health::check::Check;
use crate::health::code::Code;
use crate::health::facts::Facts;
use crate::health::finding::Finding;
use crate::health::link;

/// The command by which Salt installs the package, the configuration and the link.
const APPLY: &str = "salt-call state.highstate saltenv=plugins pillarenv=plugins";

/// From the package to the mode.
pub fn checks(facts: &Facts) -> Vec<Check> {
    let mut checks = vec![package(facts), link::check(facts), configuration(facts), mode(facts)];
    checks.extend(service(facts));
    checks
}

fn package(facts: &Facts) -> Check {
    const NAME: &str = "package";
    let path = facts.executable.display();
    if facts.is_installed {
        return Check::pass(NAME, format!("{ROUTER_PACKAGE} is installed, version {VERSION}"));
    }
    let advice = format!(
        "on the conductor, check this node with: generate_pillar status; then install {ROUTER_PACKAGE} with: {APPLY}"
    );
    Check::found(NAME, Finding::new(Code::PackageMissing, &path, format!("{path} does not exist"), advice))
}

fn configuration(facts: &Facts) -> Check {
    const NAME: &str = "configuration";
    let file = facts.configuration_file.display();
    match &facts.configuration {
        Err(error) => {
            let advice = format!(
                "on the conductor, check this node with: generate_pillar status; then run here: {APPLY}"
            );
            let text = bgpcs::plain(&error.to_string());
            Check::found(NAME, Finding::new(code_of(error), &file, text, advice))
        }
        Ok(configuration) => {
            let since = facts.configured.map_or_else(String::new, |time| format!(" from {}", time::at(time)));
            let count = configuration.applications.len();
            let text = format!("{file}{since}, {}", counted(count, "application"));
            match count {
                0 => {
                    let advice =
                        "add an application to the router's bgp-community-services-profile, and commit";
                    Check::found(NAME, Finding::new(Code::ConfigurationEmpty, &file, text, advice))
                }
                _ => Check::pass(NAME, text),
            }
        }
    }
}

/// The code of a configuration that cannot be used.
pub fn code_of(error: &ConfigurationError) -> Code {
    match error {
        ConfigurationError::Unreadable { .. } => Code::ConfigurationMissing,
        ConfigurationError::NotAllowed { .. }
        | ConfigurationError::TooLong { .. }
        | ConfigurationError::Malformed { .. } => Code::ConfigurationUnusable,
    }
}

fn mode(facts: &Facts) -> Check {
    const NAME: &str = "mode";
    let router = facts.target.router.as_deref().map_or("ROUTER".to_owned(), |name| Quoted(name).to_string());
    let subject = format!("router {router}");
    let Some(modes) = &facts.modes else {
        let text = "the router's running configuration could not be read on this node";
        let advice = format!(
            "check in the PCLI: show config running authority router {router} application-identification"
        );
        return Check::found(NAME, Finding::new(Code::ModeUnknown, &subject, text, advice));
    };
    if modes.iter().any(|mode| mode == "module") {
        Check::pass(NAME, "application-identification mode module is configured")
    } else if modes.iter().any(|mode| mode == "all") {
        Check::pass(NAME, "application-identification mode all is configured, which includes module")
    } else {
        let text = "application-identification mode module is not configured";
        let advice = format!(
            "in the PCLI: config authority router {router} application-identification mode module; then commit"
        );
        Check::found(NAME, Finding::new(Code::ModeModuleMissing, &subject, text, advice))
    }
}

/// Whether what runs is what `update-mode` says. A process of ExaBGP is another way, which `update-mode` does not concern.
fn service(facts: &Facts) -> Option<Check> {
    const NAME: &str = "update mode";
    let mode = facts.configuration.as_ref().ok()?.update_mode;
    let finding = match (mode, &facts.service) {
        (_, Some(service)) if service.is_of_exabgp() => return None,
        (UpdateMode::Poll, None) => return None,
        (UpdateMode::Watch, Some(_)) => {
            return Some(Check::pass(NAME, "update-mode is watch, and its service runs"));
        }
        (UpdateMode::Watch, None) => Finding::new(
            Code::ServiceMissing,
            &bgpcs::PLUGIN,
            "update-mode is watch, but its service does not run, so changes wait for SSR's next run",
            format!(
                "start it with: systemctl start {plugin}; see why it ended with: journalctl --unit {plugin}",
                plugin = bgpcs::PLUGIN
            ),
        ),
        (UpdateMode::Poll, Some(service)) => Finding::new(
            Code::ServiceUnexpected,
            &bgpcs::PLUGIN,
            format!("update-mode is poll, but a service runs, as process {}", service.process.id),
            format!("end it with: systemctl disable --now {}; then run: {APPLY}", bgpcs::PLUGIN),
        ),
    };
    Some(Check::found(NAME, finding))
}

/// A registered module is expected to send its prefixes to SSR by HTTP, and SSR may not read its output file. This one
/// writes the file, also as a service, so it must not be registered.
pub fn registration(facts: &Facts) -> Check {
    const NAME: &str = "registration";
    match &facts.registered {
        None => Check::pass(NAME, "the module is not registered, so SSR reads its output file"),
        Some(_) => {
            let path = facts.registration.display();
            let text = format!("{path} registers the module, so SSR may not read its output file");
            let advice = format!("remove it with: {APPLY}");
            Check::found(NAME, Finding::new(Code::RegistrationLeft, &path, text, advice))
        }
    }
}
