//! What `--help` of every command has to say: what each option is, its default where it has one, and examples that are
//! command lines of the program.

/// Holds a command and all below it to that. `help` is what the program prints for a command, told by the words that lead
/// to it; `parse` says what is wrong with a command line.
pub fn hold_to_form(
    mut command: clap::Command,
    help: &dyn Fn(&[&str]) -> String,
    parse: &dyn Fn(&[&str]) -> Result<(), String>,
) {
    command.build();
    hold(&command, &[], help, parse);
}

fn hold(
    command: &clap::Command,
    words: &[&str],
    help: &dyn Fn(&[&str]) -> String,
    parse: &dyn Fn(&[&str]) -> Result<(), String>,
) {
    let text = help(words);
    let place = [&["help of"], words].concat().join(" ");
    assert!(command.get_about().is_some(), "{place} does not say what it does");
    let own = |argument: &&clap::Arg| {
        !argument.is_hide_set() && !["help", "version"].contains(&argument.get_id().as_str())
    };
    for argument in command.get_arguments().filter(own) {
        let name = format!("{place}: {argument}");
        let says = argument.get_help().map(ToString::to_string).unwrap_or_default();
        assert!(!says.is_empty() && text.contains(says.lines().next().unwrap()), "{name} is not explained");
        let has_default = !argument.get_default_values().is_empty() || says.contains("[default: ");
        let takes_value = argument.get_action().takes_values();
        assert!(
            !takes_value || argument.is_required_set() || has_default,
            "{name} does not tell its default"
        );
        assert!(!(argument.is_required_set() && has_default), "{name} is required and has a default");
        for value in argument.get_default_values().iter().filter(|_| takes_value) {
            assert!(
                text.contains(&format!("[default: {}]", value.display())),
                "{name} does not print its default"
            );
        }
    }
    let (_, examples) = text.rsplit_once("Examples:\n").unwrap_or_else(|| panic!("{place} has no example"));
    for example in examples.lines() {
        let example: Vec<&str> = example.split_whitespace().collect();
        let begins = example.get(1..).is_some_and(|rest| rest.starts_with(words));
        assert!(begins, "{place}: the example is of another command: {example:?}");
        parse(&example).unwrap_or_else(|error| panic!("{place}: {example:?}: {error}"));
    }
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        hold(below, &[words, &[below.get_name()]].concat(), help, parse);
    }
}
