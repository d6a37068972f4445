//! Jinja templates, which are no configuration yet.

/// How statements, comments and values begin in a template.
pub(super) const MARKS: [&str; 3] = ["{%", "{#", "{{"];
