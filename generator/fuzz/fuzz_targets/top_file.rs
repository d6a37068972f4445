//! Any text as a top file: what is added can be taken away again, and then every byte is as it was.

#![no_main]

use generate_pillar::top_file::{Change, Reason, add, remove};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Change::Write(added) = add(text) else { return };
    assert_eq!(add(&added), Change::Keep(Reason::Right));
    match remove(&added) {
        Change::Write(removed) => assert_eq!(removed, text),
        Change::Delete => assert!(text.trim().is_empty()),
        Change::Keep(reason) => panic!("what was added is kept: {reason}"),
    }
});
