//! The operator's guide shows real output: a block that begins with "```console SCENARIO" and a line "$ COMMAND" holds
//! what the command prints in that scenario of a test. `BLESS=1` rewrites the blocks.

use std::fs;
use std::path::Path;

/// Compares the guide's blocks of a scenario with what the commands print, and names those that are stale.
pub fn stale(scenario: &str, mut output_of: impl FnMut(&str) -> String) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operator-guide.md");
    let guide = fs::read_to_string(&path).unwrap();
    let fence = format!("```console {scenario}\n$ ");
    let mut parts = guide.split(&fence);
    let mut renewed = parts.next().unwrap_or_default().to_owned();
    let mut stale = Vec::new();
    for part in parts {
        let (block, rest) = part.split_once("```").unwrap();
        let (command, shown) = block.split_once('\n').unwrap();
        // A test has its own root; what the guide shows is to be pasted.
        let printed = output_of(command).replace("root/etc/128technology", "/etc/128technology");
        if shown != printed {
            stale.push(format!("{}: {command}: expected {shown}\ngot {printed}", path.display()));
        }
        renewed += &format!("{fence}{command}\n{printed}```{rest}");
    }
    if std::env::var_os("BLESS").is_some() && !stale.is_empty() {
        fs::write(&path, renewed).unwrap();
        return Vec::new();
    }
    stale
}
