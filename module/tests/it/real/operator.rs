//! What an operator's commands print of a router with a real bgpd.

use bgpcs_testing::alone;

use crate::operator::{has_routes, hold_to_transcripts};

#[test]
fn transcripts() {
    alone("real::operator::transcripts", || hold_to_transcripts(has_routes));
}
