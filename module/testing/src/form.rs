//! The form of every message: what happened, to what, what was expected or is the case, and what to do; on one line, in
//! lower case, without a final stop, and in words that are not the program's own.

/// What an advice begins with.
const VERBS: [&str; 31] = [
    "add",
    "apply",
    "ask",
    "assign",
    "check",
    "choose",
    "configure",
    "correct",
    "define",
    "end",
    "export",
    "give",
    "install",
    "keep",
    "let",
    "look",
    "make",
    "mend",
    "name",
    "put",
    "read",
    "remove",
    "restore",
    "run",
    "see",
    "set",
    "start",
    "use",
    "wait",
    "write",
    "list",
];

/// The start of the messages whose words the plugin's documentation fixed, and of a name.
const DOCUMENTED: [&str; 14] = [
    "URLError: ",
    "HTTPError: ",
    "AttributeError: ",
    "ConfigurationError: ",
    "SessionError: ",
    "PrefixLimitError: ",
    "SelectionError: ",
    "LossError: ",
    "TrustError: ",
    "ExaBGP ",
    "GoBGP ",
    "SSR's ",
    "SSR ",
    "BGP ",
];

/// Words of the languages and libraries that the programs are made of.
const INTERNAL: [&str; 9] = ["struct ", "enum ", "tuple ", " u8", " u16", " u32", " u64", "Some(", "Err("];

/// Holds a text to the form; it need not say what to do.
#[track_caller]
pub fn hold_to_form(text: &str) {
    let first = text.chars().next().unwrap_or('A');
    let begins = !first.is_uppercase() || DOCUMENTED.iter().any(|start| text.starts_with(start));
    assert!(begins, "begins in upper case: {text}");
    assert!(!text.ends_with('.') && !text.contains('\n'), "more than a line, or a final stop: {text}");
    assert!(!text.contains("; ;") && !text.contains("  ") && !text.contains(": :"), "an empty part: {text}");
    for word in INTERNAL {
        assert!(!text.contains(word), "says {word}, which only its makers understand: {text}");
    }
}

/// Holds a whole message to the form: some part of it has to say what to do.
#[track_caller]
pub fn hold_to_advice(message: &str) {
    hold_to_form(message);
    let advises = |part: &str| {
        VERBS.iter().any(|verb| part.strip_prefix(verb).is_some_and(|rest| rest.starts_with([' ', ':'])))
    };
    assert!(message.split("; ").any(advises), "does not say what to do: {message}");
}

/// Says an example of every variant with `say` and holds that to `hold`; a variant without an example does not compile.
#[macro_export]
macro_rules! hold_every {
    ($hold:expr, $type:ty, $say:expr, { $($variant:pat => $example:expr,)+ }) => {{
        let variant = |value: &$type| match value {
            $($variant => stringify!($variant),)+
        };
        $({
            let example: $type = $example;
            assert_eq!(variant(&example), stringify!($variant));
            $hold(&$say(example));
        })+
    }};
}
pub use hold_every;
