//! What is printed, each in a file of `tests/commands`; `BLESS=1` writes what came out.

use std::fs;
use std::path::Path;

/// Asserts that the file of that name has this text.
pub fn expect(name: &str, printed: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/commands").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, printed).unwrap();
    }
    assert_eq!(printed, fs::read_to_string(&path).unwrap(), "{name}");
}
