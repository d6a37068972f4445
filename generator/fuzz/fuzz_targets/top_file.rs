//! Any text as a top file: what is added can be taken away again, and then every byte is as it was.

#![no_main]

use generate_pillar::top_file::{KeepReason, TopFileEdit, add, remove};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let TopFileEdit::Write(added) = add(Some(text)) else { return };
    assert_eq!(add(Some(&added)), TopFileEdit::Keep(KeepReason::Right));
    match remove(&added) {
        TopFileEdit::Write(removed) => assert_eq!(removed, text),
        TopFileEdit::Delete => assert!(text.trim().is_empty()),
        TopFileEdit::Keep(reason) => panic!("what was added is kept: {reason}"),
    }
});
