//! Writing HTML: everything that goes into it is escaped unless it is [`Html`] already.

use std::fmt::{self, Display};

use bgpcs::{Health, plain};

/// The style of every page, light and dark.
const STYLE: &str = include_str!("page.css");

/// Nothing is fetched.
const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n";

/// And nothing is run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// Nothing but the page's own script.
const SCRIPT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// A whole page, self-contained; `script`, if any, is all that runs in it.
pub fn page(title: impl Display, body: Html, script: Option<&'static str>) -> String {
    let policy = if script.is_some() { SCRIPT_POLICY } else { POLICY };
    let policy = Html(format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n"));
    let script = script.map(|script| element("script", &[], raw(script))).unwrap_or_default();
    all([
        raw(HEAD),
        policy,
        of_text("title", title),
        element("style", &[], raw(STYLE)),
        element("body", &[], all([element("main", &[], body), script])),
        raw("</html>\n"),
    ])
    .to_string()
}

/// A section under a heading.
pub fn section(title: &'static str, content: Html) -> Html {
    element("section", &[], all([of_text("h2", title), content]))
}

/// How something is, in a word and a colour.
pub fn badge(health: Health) -> Html {
    let class = match health {
        Health::Healthy => "badge is-good",
        Health::Degraded => "badge is-degraded",
        Health::Broken => "badge is-broken",
    };
    element("span", &[("class", &class)], text(health.name()))
}

/// A table that scrolls by itself when it is too wide, hence is to be reached by keyboard.
pub fn wide(table: Html) -> Html {
    element("div", &[("class", &"wide"), ("tabindex", &"0")], table)
}

/// Markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(parts: I) -> Self {
        Self(parts.into_iter().map(|part| part.0).collect())
    }
}

/// Markup that stands in the source of this program.
pub fn raw(markup: &'static str) -> Html {
    Html(markup.to_owned())
}

/// Text from anywhere, for the content of an element or a quoted attribute.
pub fn text(text: impl Display) -> Html {
    let mut escaped = String::new();
    for c in plain(&text.to_string()).chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            c => escaped.push(c),
        }
    }
    Html(escaped)
}

/// An element with attributes, whose values are escaped, and content.
pub fn element(name: &'static str, attributes: &[(&'static str, &dyn Display)], content: Html) -> Html {
    let attributes: String =
        attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", text(value))).collect();
    Html(format!("<{name}{attributes}>{content}</{name}>\n"))
}

/// An element that holds a text.
pub fn of_text(name: &'static str, content: impl Display) -> Html {
    element(name, &[], text(content))
}

/// Parts, one after another.
pub fn all<const N: usize>(parts: [Html; N]) -> Html {
    parts.into_iter().collect()
}
