//! Writing HTML: everything that goes into it is escaped unless it is [`Html`] already.

use std::fmt::{self, Display};

use super::facts::plain;

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
