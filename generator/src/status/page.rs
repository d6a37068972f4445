//! The status as a page for a browser. Without scripts it is a table; with scripts it has a search and can be sorted.

use bgpcs::Health;
use bgpcs_display::html::{Html, all, badge, element, of_text, page as whole_page, raw, section, text, wide};
use bgpcs_display::time;

use super::routers::{NodeStatus, RouterStatus, Status, word};

const SCRIPT: &str = include_str!("page.js");

const COLUMNS: [&str; 7] = ["Router", "Profile", "Health", "Node", "Pillar", "Written", "Findings"];

impl Status {
    /// For a browser: a page with search and sorting.
    pub fn html(&self) -> String {
        page(self)
    }
}

fn page(status: &Status) -> String {
    let of = |health| status.routers.iter().filter(|router| router.health == health).count();
    let cards = [Health::Healthy, Health::Degraded, Health::Broken]
        .into_iter()
        .map(|health| element("div", &[], all([of_text("dt", word(health)), of_text("dd", of(health))])));
    let header = element(
        "header",
        &[],
        all([
            of_text("h1", "BGP Community Services"),
            element(
                "p",
                &[],
                all([badge_of(status.health), text(format!(" as of {}", time::at(status.now)))]),
            ),
            of_text("p", status.counts()),
            element("dl", &[("class", &"facts")], cards.collect()),
        ]),
    );
    let findings = match &status.findings[..] {
        [] => of_text("p", "No problem was found in the configuration."),
        found => element("ul", &[], found.iter().map(|finding| of_text("li", finding)).collect()),
    };
    let body = all([header, section("Findings", findings), section("Routers", table(status))]);
    whole_page("BGP Community Services: routers", body, Some(SCRIPT))
}

/// A health that only the pillars tell.
fn badge_of(health: Health) -> Html {
    match health {
        Health::Healthy => element("span", &[("class", &"badge is-good")], text(word(health))),
        Health::Degraded | Health::Broken => badge(health),
    }
}

fn table(status: &Status) -> Html {
    let heads = COLUMNS.iter().map(|name| element("th", &[("scope", &"col")], text(name))).collect();
    let head = element("thead", &[], element("tr", &[], heads));
    let rows = status.routers.iter().map(|router| row(status, router)).collect();
    let search = raw(
        "<p id=\"tools\" hidden><label>Search <input id=\"search\" type=\"search\" size=\"30\"></label> \
         <output id=\"shown\"></output></p>\n",
    );
    let table = element("table", &[("id", &"routers")], all([head, element("tbody", &[], rows)]));
    all([search, wide(table)])
}

fn row(status: &Status, router: &RouterStatus) -> Html {
    let of_nodes = |cell: &dyn Fn(&NodeStatus) -> String| {
        let lines = router.nodes.iter().map(|node| element("div", &[("class", &"time")], text(cell(node))));
        element("td", &[], lines.collect())
    };
    // These columns are not sorted by their text: the worst health and the oldest file come first.
    let oldest = router.nodes.iter().filter_map(|node| node.written).min().unwrap_or(0);
    let worst = Health::Broken as u8 - router.health as u8;
    let written =
        router.nodes.iter().map(|node| element("div", &[("class", &"time")], text(status.written(node))));
    element(
        "tr",
        &[],
        all([
            element("th", &[("scope", &"row")], text(&router.router)),
            of_text("td", &router.profile),
            element("td", &[("data-by", &worst)], badge_of(router.health)),
            of_nodes(&|node| match &node.asset_id {
                Some(asset_id) => format!("{} ({asset_id})", node.node),
                None => format!("{} (no asset-id)", node.node),
            }),
            of_nodes(&|node| node.pillar.name().to_owned()),
            element("td", &[("data-by", &oldest)], written.collect()),
            of_text("td", router.codes(", ")),
        ]),
    )
}
