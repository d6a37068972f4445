//! Any text as a top file: what is added can be taken away again, and then every byte is as it was. What is marked as ours
//! before goes with it.

#![no_main]

use generate_pillar::top_file::{KeepReason, TopFileEdit, add, remove};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let is_ours = text.contains("managed by the package");
    let TopFileEdit::Write(added) = add(Some(text)) else { return };
    assert_eq!(add(Some(&added)), TopFileEdit::Keep(KeepReason::Right));
    match remove(&added) {
        TopFileEdit::Write(removed) => assert!(is_ours || removed == text, "{removed:?} was {text:?}"),
        TopFileEdit::Delete => assert!(is_ours || text.trim().is_empty()),
        TopFileEdit::Keep(reason) => panic!("what was added is kept: {reason}"),
    }
});
