//! The manual page of a program, with all its commands on one page.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;

/// The page, as roff.
pub fn page(mut command: Command, section: &str, manual: &str) -> io::Result<Vec<u8>> {
    command = command.disable_help_subcommand(true);
    command.build();
    let man = Man::new(command.clone()).section(section).manual(manual);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    page.extend(sections(&command)?.into_bytes());
    below(&command, &mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// How a command is used, and examples.
fn sections(command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone());
    let mut text = Vec::new();
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    man.render_extra_section(&mut text)?;
    // The text after a command's help has its examples; they get a section of their own.
    Ok(String::from_utf8_lossy(&text).replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n"))
}

/// A section for each subcommand with its own options; the options of all commands are at the top of the page.
fn below(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    for command in command.get_subcommands() {
        let own = command.clone().mut_args(|argument| {
            let is_everywhere = argument.is_global_set() || argument.get_id() == "help";
            argument.hide(is_everywhere)
        });
        let name = command.get_bin_name().unwrap_or(command.get_name());
        writeln!(page, ".SH \"{}\"", name.to_uppercase().replace('-', "\\-"))?;
        page.extend(sections(&own)?.replace(".SH ", ".SS ").into_bytes());
        below(command, page)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn every_command_is_on_the_page_with_its_options_and_examples() {
        let commands = [generate_pillar_cli::Arguments::command(), bgp_community_services_cli::command()];
        for command in commands {
            let page = super::page(command.clone(), "8", "manual").unwrap_or_default();
            let page = String::from_utf8_lossy(&page).replace("\\-", "-").replace("\\*(Aq", "'");
            assert!(!page.contains("EXTRA"), "{page}");
            for below in command.get_subcommands() {
                let head = format!(".SH \"{} {}\"", command.get_name(), below.get_name()).to_uppercase();
                assert!(page.contains(&head), "{head} in {page}");
                for option in below.get_opts().filter_map(|option| option.get_long()) {
                    assert!(page.contains(&format!("--{option}")), "--{option} of {head} in {page}");
                }
                let examples = below.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(
                    examples.lines().skip(1).all(|line| page.contains(line.trim())),
                    "{examples} in {page}"
                );
            }
        }
    }
}
