//! Jinja templates, which are no configuration yet.

/// How statements, comments and values begin in a template.
pub(super) const MARKS: [&str; 3] = ["{%", "{#", "{{"];

/// How they end, in the same order.
const ENDS: [&str; 3] = ["%}", "#}", "}}"];

/// Whether an unquoted `word` begins what a template fills in, and `rest` of its line ends it. A name may be a mark
/// alone: nothing in the model forbids it.
pub(super) fn is_open(word: &str, rest: &[u8]) -> bool {
    MARKS
        .iter()
        .zip(ENDS)
        .any(|(mark, end)| word == *mark && rest.windows(end.len()).any(|window| window == end.as_bytes()))
}
