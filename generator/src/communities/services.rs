//! Ready services for the applications of a profile, to paste into a configuration.

use std::collections::HashSet;

use serde_json::json;

/// What the services have in common.
#[derive(Debug)]
pub struct ServicePolicies {
    /// The tenants in the access policy of each service.
    pub tenants: Vec<String>,
    /// What the access policy does with them: `allow` or `deny`.
    pub permission: &'static str,
    /// The service policy.
    pub service_policy: Option<String>,
}

/// A service for each application.
#[derive(Debug)]
pub struct ReadyServices<'a> {
    services: Vec<ReadyService>,
    policies: &'a ServicePolicies,
}

#[derive(Debug)]
struct ReadyService {
    name: String,
    pattern: String,
}

impl<'a> ReadyServices<'a> {
    /// Services for the applications of these names.
    pub fn new<'n>(applications: impl IntoIterator<Item = &'n str>, policies: &'a ServicePolicies) -> Self {
        let mut names = HashSet::new();
        let service = |application: &str| ReadyService {
            name: service_name(application, &mut names),
            pattern: pattern(application),
        };
        Self { services: applications.into_iter().map(service).collect(), policies }
    }

    /// As `show config running` prints them.
    pub fn pcli(&self) -> String {
        let mut lines = vec![(0, "config".to_owned()), (1, "authority".to_owned())];
        let value = |name: &str, value: &str| format!("{name:18}{}", pcli_word(value));
        for ReadyService { name, pattern } in &self.services {
            lines.push((2, format!("service  {name}")));
            lines.extend([(3, value("name", name)), (3, value("application-name", pattern))]);
            for tenant in &self.policies.tenants {
                lines.push((3, format!("access-policy  {}", pcli_word(tenant))));
                lines.extend([
                    (4, value("source", tenant)),
                    (4, value("permission", self.policies.permission)),
                ]);
                lines.push((3, "exit".to_owned()));
            }
            lines.extend(
                self.policies.service_policy.iter().map(|policy| (3, value("service-policy", policy))),
            );
            lines.push((2, "exit".to_owned()));
        }
        lines.extend([1, 0].map(|depth| (depth, "exit".to_owned())));
        lines.iter().map(|(depth, line)| format!("{:1$}{line}\n", "", depth * 4)).collect()
    }

    /// As `show config running flat` prints them.
    pub fn flat(&self) -> String {
        let mut text = String::new();
        for ReadyService { name, pattern } in &self.services {
            let mut line = |rest: String| text += &format!("config authority service {name} {rest}\n");
            line(format!("name {name}"));
            line(format!("application-name {}", pcli_word(pattern)));
            for tenant in self.policies.tenants.iter().map(|tenant| pcli_word(tenant)) {
                line(format!("access-policy {tenant} source {tenant}"));
                line(format!("access-policy {tenant} permission {}", self.policies.permission));
            }
            if let Some(policy) = &self.policies.service_policy {
                line(format!("service-policy {}", pcli_word(policy)));
            }
        }
        text
    }

    /// As the REST API returns them.
    ///
    /// # Errors
    /// None in practice; serde_json's signature has one.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        let permission = self.policies.permission;
        let access: Vec<_> = self
            .policies
            .tenants
            .iter()
            .map(|tenant| json!({"source": tenant, "permission": permission}))
            .collect();
        let service = |ReadyService { name, pattern }: &ReadyService| {
            let mut service = json!({"name": name, "application-name": [pattern], "access-policy": access});
            if let Some(policy) = &self.policies.service_policy {
                service["service-policy"] = json!(policy);
            }
            service
        };
        let services: Vec<_> = self.services.iter().map(service).collect();
        let document = json!({"config": {"authority": {"service": services}}});
        serde_json::to_string_pretty(&document).map(|text| text + "\n")
    }
}

/// The longest name of a service (the vendor's `name-id`).
const LONGEST_NAME: usize = 63;

/// A name for the service of an application, which none of `names` is, and which is added to these: the application's
/// own, with `-` for each character that the name of a service cannot have.
fn service_name(application: &str, names: &mut HashSet<String>) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let name: String = application.chars().map(allowed).take(LONGEST_NAME - 4).collect();
    let name = match name.trim_matches(['-', '_']) {
        "" => "application",
        name => name,
    };
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    let free = candidates.find(|candidate| !names.contains(candidate)).unwrap_or_default();
    names.insert(free.clone());
    free
}

/// The glob pattern that matches exactly this text.
fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// A value as one word of the PCLI.
fn pcli_word(value: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '\'' | '\\');
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
