//! The check of the link by which SSR runs the module.

use crate::error_text::strerror;
use crate::health::check::Check;
use crate::health::code::Code;
use crate::health::facts::Facts;
use crate::health::finding::Finding;

/// Whether there is a link, to something that exists.
pub fn check(facts: &Facts) -> Check {
    const NAME: &str = "link";
    let (link, executable) = (facts.link.display(), facts.executable.display());
    let (code, text) = match &facts.linked {
        Ok(target) if facts.is_linked => {
            return Check::pass(NAME, format!("{link} points to {}", target.display()));
        }
        Ok(target) => {
            (Code::LinkBroken, format!("{link} points to {}, which does not exist", target.display()))
        }
        Err(error) => {
            let text = format!("cannot read {link}: {}; SSR does not run the module", strerror(error));
            (Code::LinkMissing, text)
        }
    };
    let advice = format!("make the link with: ln -sfn {executable} {link}");
    Check::found(NAME, Finding::new(code, &link, text, advice))
}
