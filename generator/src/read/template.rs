//! A template instead of a configuration.

/// How statements, comments and values begin in a Jinja template.
pub const TEMPLATE_MARKS: [&str; 3] = ["{%", "{#", "{{"];
