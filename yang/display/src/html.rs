//! Writing HTML. Every text is escaped, unless it is already [`Html`].

use std::fmt::{self, Display};

use bgpcs::{Health, plain, plain_json};

/// The style sheet of every page, light and dark.
const STYLE: &str = include_str!("page.css");

/// The head of every page. The empty icon keeps the browser from requesting one.
const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n";

/// The policy of a page without a script: nothing is loaded, nothing is run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The policy of a page with a script: nothing is loaded, only the page's own script is run.
const SCRIPT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// A whole page that needs no other file. Only `script` runs in it.
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

/// A health, as a word in its colour.
pub fn badge(health: Health) -> Html {
    let class = match health {
        Health::Healthy => "badge is-good",
        Health::Degraded => "badge is-degraded",
        Health::Broken => "badge is-broken",
    };
    element("span", &[("class", &class)], text(health.name()))
}

/// A table that can be scrolled if it is too wide, also with the keyboard.
pub fn wide(table: Html) -> Html {
    element("div", &[("class", &"wide"), ("tabindex", &"0")], table)
}

/// A piece of HTML.
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

/// HTML from the source of this program.
pub fn raw(markup: &'static str) -> Html {
    Html(markup.to_owned())
}

/// JSON for the page's own script, which is read and never run. Whatever is in its strings, it does not end the element.
pub fn data(id: &'static str, json: &str) -> Html {
    let attributes: [(&str, &dyn Display); 2] = [("type", &"application/json"), ("id", &id)];
    element("script", &attributes, Html(plain_json(json).replace('<', "\\u003c")))
}

/// Escapes a text from anywhere, for the content of an element or for an attribute in quotes.
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

/// An element with attributes and content. The values of the attributes are escaped.
pub fn element(name: &'static str, attributes: &[(&'static str, &dyn Display)], content: Html) -> Html {
    let attributes: String =
        attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", text(value))).collect();
    Html(format!("<{name}{attributes}>{content}</{name}>\n"))
}

/// An element with a text, which is escaped.
pub fn of_text(name: &'static str, content: impl Display) -> Html {
    element(name, &[], text(content))
}

/// Puts parts together.
pub fn all<const N: usize>(parts: [Html; N]) -> Html {
    parts.into_iter().collect()
}
