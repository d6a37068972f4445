//! What an operator means by a word: an application, a community, a prefix, or a typing error.

use bgp_community_services_cli::selector::{Selector, looks_like_address, looks_like_community};
use bgpcs::{Community, Quoted, plain};

use crate::health::Facts;
use crate::operator::error::OperatorError;

/// Passes on what can be looked for.
///
/// # Errors
/// When the text is the name of no application, and an address or a community with a mistake.
pub fn meant<'s>(facts: &Facts, selector: &'s Selector) -> Result<&'s Selector, OperatorError> {
    let Selector::Application(text) = selector else { return Ok(selector) };
    if facts.applications().iter().any(|application| application.name.as_str() == text) {
        return Ok(selector);
    }
    match text.parse::<Community>() {
        _ if looks_like_address(text) => Err(OperatorError::Address { text: Quoted(text).to_string() }),
        Err(source) if looks_like_community(text) => Err(source.into()),
        Ok(_) | Err(_) => Ok(selector),
    }
}

/// The end of a sentence about an application that does not exist: the one that may have been meant.
pub fn did_you_mean(facts: &Facts, name: &str) -> String {
    let applications = facts.applications();
    let names = applications.iter().map(|application| application.name.as_str());
    let wanted = name.to_lowercase();
    let distance = |name: &&str| strsim::osa_distance(&wanted, &name.to_lowercase());
    match names.min_by_key(distance) {
        // A third of the letters may be wrong.
        Some(near) if distance(&near) <= wanted.chars().count().div_ceil(3) => {
            format!(" (did you mean {}?)", plain(near))
        }
        Some(_) | None => String::new(),
    }
}
