//! Small texts that both programs print.

use bgpcs::Health;
use bgpcs_display::detail::Detail;
use bgpcs_display::open_metrics::{MetricType, OpenMetrics};
use bgpcs_display::since::Since;
use bgpcs_display::table::{Head, Paint, Table};
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

#[test]
fn a_table_shows_the_start_of_a_cell_of_any_length() {
    let mut table = Table::new([Head::Text("Name"), Head::Number("Count")], Paint(false));
    let communities: Vec<String> = (0..6500).map(|number| format!("64512:{number}")).collect();
    table.row(Health::Healthy, ["ä".repeat(100_000), "9".repeat(100_000)]);
    table.row(Health::Healthy, [communities.join("\n"), "1".to_owned()]);
    let text = table.to_string();
    assert!(text.lines().all(|line| line.chars().count() < 420) && text.lines().count() < 50);
    assert!(text.contains("ä… ") && text.contains("64512:39\n") && text.contains("and 6460 more"), "{text}");
}

#[test]
fn details_have_their_values_in_one_column() {
    let mut detail = Detail::of("node1.router1");
    detail.line(0, "Pillar", "");
    detail.line(1, "State", "current");
    detail.line(1, "A longer name", "value");
    detail.line(0, "Findings", "none");
    let rule = "=".repeat(76);
    let expected = format!(
        "{rule}\n node1.router1\n{rule}\n   Pillar:\n     State:          current\n     A longer name:  value\n   \
         Findings:         none\n"
    );
    assert_eq!(detail.to_string(), expected);
}

#[test]
fn since_when_is_a_span_or_a_time() {
    let now = 1_795_684_000;
    let cases = [
        ("0s", Ok(now)),
        ("24h", Ok(now - 86_400)),
        ("7d", Ok(now - 7 * 86_400)),
        ("1h 30m", Ok(now - 5400)),
        ("100years", Ok(0)),
        ("2026-11-25", Ok(1_795_564_800)),
        ("2026-11-25T09:00:00Z", Ok(1_795_597_200)),
        ("2026-11-25 09:00:00", Ok(1_795_597_200)),
        ("", Err("\"\"")),
        ("yesterday", Err("yesterday")),
        ("24", Err("24")),
        ("-1h", Err("-1h")),
        ("1960-01-01", Err("1960-01-01")),
        ("2026-13-01", Err("2026-13-01")),
        ("2026-11-25T09:00:00+01:00", Err("2026-11-25T09:00:00+01:00")),
    ];
    for (text, expected) in cases {
        let expected = expected.map_err(|shown| {
            format!(
                "{shown} is no time, expected a span like 24h or 7d, a date like 2026-11-25, or a time like \
                 2026-11-25T09:00:00Z"
            )
        });
        let since = text.parse::<Since>().map(|since| since.at(now));
        assert_eq!(since.map_err(|error| error.to_string()), expected, "{text}");
    }
}

/// What is added twice, out of order, without an end, or with what a terminal would obey.
fn metrics(mut metrics: OpenMetrics) -> String {
    let runs = metrics.family(MetricType::Counter, "runs_seconds", "Runs.");
    runs.set_unit("seconds");
    for (number, name) in ["b", "a", "b", "c\\\"\n"].iter().enumerate() {
        runs.sample(&[("name", name), ("kind", "x")], number);
    }
    metrics.gauge("up", "Whether it is up.").value(Some(1));
    metrics.gauge("due", "When it is due.").value(None::<u64>);
    let left_out = metrics.left_out();
    metrics.gauge("left_out", "What is left out.").sample(&[], left_out);
    metrics.finish()
}

#[test]
fn metrics_are_bounded_where_they_are_to_be() {
    let expected = |samples: &str, left_out: usize| {
        format!(
            "# TYPE runs_seconds counter\n# UNIT runs_seconds seconds\n# HELP runs_seconds Runs.\n{samples}\
             # TYPE up gauge\n# HELP up Whether it is up.\nup 1\n# TYPE due gauge\n# HELP due When it is due.\n\
             # TYPE left_out gauge\n# HELP left_out What is left out.\nleft_out {left_out}\n# EOF\n"
        )
    };
    let sample =
        |name: &str, value: u8| format!("runs_seconds_total{{name=\"{name}\",kind=\"x\"}} {value}\n");
    let odd = "c\\\\\\\"\u{fffd}";
    let all = [sample("b", 0), sample("a", 1), sample("b", 2), sample(odd, 3)].concat();
    assert_eq!(metrics(OpenMetrics::default()), expected(&all, 0));
    let by_labels = [sample("a", 1), sample("b", 2), sample(odd, 3)].concat();
    assert_eq!(metrics(OpenMetrics::with_most_samples(3)), expected(&by_labels, 0));
    let bounded = [sample("a", 1), sample("b", 0)].concat();
    assert_eq!(metrics(OpenMetrics::with_most_samples(2)), expected(&bounded, 2));
}
