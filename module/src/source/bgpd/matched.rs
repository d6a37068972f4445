//! Which of the communities of a query a path carries.

use bgpcs::Community;

use crate::source::routes_json::ReplyItem;
use crate::source::{MatchedPath, Query, QueryItem};

/// Passes a piece of a reply on, once for each community of the query that it carries.
pub fn pass_matched(query: &Query, item: ReplyItem<'_>, each: &mut dyn FnMut(QueryItem, &str)) {
    let (prefix, path) = match item {
        ReplyItem::Path(prefix, path) => (prefix, path),
        ReplyItem::Unreadable(prefix) => return each(QueryItem::Unreadable(prefix), ""),
    };
    for (community, wanted) in query.communities().enumerate().filter(|_| path.valid) {
        let carried = match wanted {
            Community::RouteTarget(target) => path.route_targets.contains(target),
            Community::Standard(_) | Community::WellKnown(_) | Community::Large(_) => true,
        };
        if carried {
            each(QueryItem::Path(MatchedPath { community, prefix, best: path.best }), &path.neighbor);
        }
    }
}
