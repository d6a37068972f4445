//! `explain`: which prefixes a community selects, and why a prefix is in an application or not, as the routing engine
//! answers now.

mod community;
mod explanation;
mod prefix;

use bgpcs::{Community, Quoted};

use crate::cli::selector::Selector;
use crate::health::facts::Facts;
use crate::operator::error::OperatorError;
use crate::operator::explain::explanation::Explanation;
use crate::settings::Settings;
use crate::source::open::open;
pub(super) use community::carrying;

/// Queries the source about a community or a prefix.
///
/// # Errors
/// When the subject is neither.
pub fn explain(facts: &Facts, settings: &Settings, subject: &Selector) -> Result<Explanation, OperatorError> {
    let of_community = |community: Community| {
        let source = open(settings);
        let begun = Explanation::new(format!("community {community}"), source.name());
        community::explain(facts, source, community, begun)
    };
    match subject {
        Selector::Community(community) => Ok(of_community(*community)),
        Selector::Net(net) => {
            let source = open(settings);
            let (address, _) = net.parts();
            let subject = if net.is_host() { format!("address {address}") } else { format!("prefix {net}") };
            let begun = Explanation::new(subject, source.name());
            Ok(prefix::explain(facts, source, *net, begun))
        }
        Selector::Application(text) => match text.parse::<Community>() {
            Ok(community) => Ok(of_community(community)),
            Err(source) => Err(OperatorError::Subject { text: Quoted(text).to_string(), source }),
        },
    }
}
