//! The glob patterns of a service's `application-name`: `*`, `?`, `[seq]`, `[!seq]`, and a backslash before a
//! character that stands for itself (the vendor's `glob-pattern`, after POSIX.2 `fnmatch()`).

use regex_lite::Regex;

/// A pattern.
#[derive(Debug)]
pub(crate) enum Glob {
    /// Matches exactly this text.
    Literal(String),
    /// Matches what this expression matches.
    Pattern(Regex),
    /// Matches nothing, since it has an impossible sequence such as `[z-a]`.
    Nothing,
}

impl Glob {
    pub fn new(pattern: &str) -> Self {
        let mut literal = Some(String::new());
        let mut expression = String::from("^(?s:");
        let mut rest = pattern.chars();
        while let Some(character) = rest.next() {
            match character {
                '*' => expression += ".*",
                '?' => expression.push('.'),
                '[' => match sequence(rest.as_str()) {
                    Some((class, after)) => {
                        expression += &class;
                        rest = after.chars();
                    }
                    None => {
                        push_literal('[', &mut expression, &mut literal);
                        continue;
                    }
                },
                '\\' => {
                    push_literal(rest.next().unwrap_or('\\'), &mut expression, &mut literal);
                    continue;
                }
                _ => {
                    push_literal(character, &mut expression, &mut literal);
                    continue;
                }
            }
            literal = None;
        }
        expression += ")$";
        match literal {
            Some(literal) => Self::Literal(literal),
            None => Regex::new(&expression).map_or(Self::Nothing, Self::Pattern),
        }
    }

    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == text,
            Self::Pattern(expression) => expression.is_match(text),
            Self::Nothing => false,
        }
    }
}

fn push_literal(character: char, expression: &mut String, literal: &mut Option<String>) {
    push_escaped(character, expression);
    if let Some(literal) = literal {
        literal.push(character);
    }
}

fn push_escaped(character: char, expression: &mut String) {
    if character.is_ascii_punctuation() {
        expression.push('\\');
    }
    expression.push(character);
}

/// Reads a sequence up to its `]`; `text` is what follows the `[`. Gives the class for a regular expression, and the
/// rest of the text. None if there is no `]`: then the `[` stands for itself. A `]` at the start belongs to the
/// sequence.
fn sequence(text: &str) -> Option<(String, &str)> {
    let (negated, text) = match text.strip_prefix('!') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let mut class = String::from(if negated { "[^" } else { "[" });
    let mut rest = text.chars();
    let mut is_first = true;
    loop {
        match rest.next()? {
            ']' if !is_first => break,
            '\\' => push_escaped(rest.next()?, &mut class),
            // A range between two characters, else a hyphen: the same as in regular expressions.
            '-' => class.push('-'),
            character => push_escaped(character, &mut class),
        }
        is_first = false;
    }
    class.push(']');
    Some((class, rest.as_str()))
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn patterns_match_as_fnmatch_does() {
        let cases = [
            ("O365", "O365", true),
            ("O365", "o365", false),
            ("O365", "O3650", false),
            ("", "", true),
            ("*", "", true),
            ("*", "any\nthing", true),
            ("Exchange*", "ExchangeOnline", true),
            ("Exchange*", "MyExchange", false),
            ("*.office.com", "www.office.com", true),
            ("*.office.com", "wwwxofficexcom", false),
            ("?", "x", true),
            ("?", "", false),
            ("?", "北", true),
            ("[abc]x", "bx", true),
            ("[abc]x", "dx", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[!a-c]x", "zx", true),
            ("[]]x", "]x", true),
            ("[!]]x", "]x", false),
            ("[a-]x", "-x", true),
            ("[^a]", "^", true),
            ("[\\]]", "]", true),
            ("[[:x]", ":", true),
            ("[z-a]", "m", false),
            ("[", "[", true),
            ("a[b", "a[b", true),
            ("[ab", "a", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("\\?\\\\", "?\\", true),
            ("a\\", "a\\", true),
            ("(a|b)", "a", false),
            ("(a|b)", "(a|b)", true),
            ("a.b+*", "a.b+c", true),
            ("{a,b}*", "a", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern:?} on {text:?}");
        }
    }
}
