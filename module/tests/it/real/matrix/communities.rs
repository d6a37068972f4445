//! Every kind of community, and which path of a prefix counts.

use super::{ONE, Scenario, Source, TWO};

#[test]
fn every_kind_of_community() {
    let scenario = Scenario {
        applications: &[
            ("Standard", "64512:10"),
            ("Large", "64512:1:2"),
            ("Greatest", "65535:65535 4294967295:4294967295:4294967295"),
            ("Both", "64512:20 64512:1:3"),
            ("Nobody", "64512:99 64512:9:9"),
        ],
        ..Scenario::default()
    };
    scenario.play(&Source::ALL, |stage| {
        let one = [
            "10.1.0.0/16 64512:10 64512:20",
            "10.2.0.0/16 64512:1:2",
            "10.3.0.0/16",
            "0.0.0.0/0 64512:11",
            "198.51.100.7/32 64512:10 64512:1:2",
            "2001:db8:1::/48 64512:10",
            "2001:db8:2::/48 64512:1:3",
        ];
        let two = [
            "10.1.0.0/16 64512:20",
            "10.4.0.0/15 65535:65535",
            "10.5.0.0/24 64512:10 4294967295:4294967295:4294967295",
            "2001:db8:3::1/128 64512:1:2",
            "::/0 64512:20",
        ];
        stage.connect(ONE, &one);
        stage.connect(TWO, &two);
        stage.expect(
            "the start",
            &[
                ("Standard", "10.1.0.0/16 10.5.0.0/24 198.51.100.7/32 2001:db8:1::/48"),
                ("Large", "10.2.0.0/16 198.51.100.7/32 2001:db8:3::1/128"),
                ("Greatest", "10.4.0.0/15 10.5.0.0/24"),
                ("Both", "10.1.0.0/16 2001:db8:2::/48 ::/0"),
            ],
        );
    });
}
