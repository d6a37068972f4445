//! Small texts that both programs print.

use bgpcs_display::{counted, listed};

#[test]
fn things_are_counted() {
    let cases = [
        (0, "line", "0 lines"),
        (1, "prefix", "1 prefix"),
        (2, "prefix", "2 prefixes"),
        (3, "node", "3 nodes"),
    ];
    for (number, thing, expected) in cases {
        assert_eq!(counted(number, thing), expected);
    }
}

#[test]
fn a_list_names_the_first_items_and_counts_the_others() {
    let cases: [(&[&str], usize, &str); 7] = [
        (&[], 3, ""),
        (&["a"], 3, "a"),
        (&["a", "b"], 3, "a and b"),
        (&["a", "b", "c"], 3, "a, b and c"),
        (&["a", "b", "c", "d"], 3, "a, b, c and 1 more"),
        (&["a", "b", "c", "d", "e", "f", "g", "h", "i"], 2, "a, b and 7 more"),
        (&["a", "b"], 1, "a and 1 more"),
    ];
    for (items, shown, expected) in cases {
        assert_eq!(listed(items.iter(), shown), expected);
    }
}
