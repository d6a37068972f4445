//! `explain`: which prefixes a community selects, and why a prefix is in an application or not, as the routing engine
//! answers now.

mod application;
mod community;
mod explanation;
mod prefix;

use bgp_community_services_cli::selector::Selector;
use bgpcs::{Quoted, plain};

use crate::health::facts::Facts;
use crate::operator::error::OperatorError;
use crate::operator::explain::explanation::Explanation;
use crate::operator::subject::did_you_mean;
use crate::prefix::Prefix;
use crate::settings::Settings;
use crate::source::open::open;
pub(super) use community::carrying;

/// Queries the source about an application, a community or a prefix.
///
/// # Errors
/// When the subject is none of these.
pub fn explain(facts: &Facts, settings: &Settings, subject: &Selector) -> Result<Explanation, OperatorError> {
    let source = open(settings);
    let begun = |subject: String| Explanation::new(subject, source.name());
    match subject {
        Selector::Community(community) => {
            let begun = begun(format!("community {community}"));
            Ok(community::explain(facts, source, *community, begun))
        }
        Selector::Net(net) => {
            let net = Prefix::from(*net);
            let (address, _) = net.parts();
            let subject = if net.is_host() { format!("address {address}") } else { format!("prefix {net}") };
            let begun = begun(subject);
            Ok(prefix::explain(facts, source, net, begun))
        }
        Selector::Application(name) => {
            if !facts.applications().iter().any(|application| application.name.as_str() == name) {
                let near = did_you_mean(facts, name);
                return Err(OperatorError::Application { text: Quoted(name).to_string(), near });
            }
            let begun = begun(format!("application {}", plain(name)));
            Ok(application::explain(facts, source, name, begun))
        }
    }
}
