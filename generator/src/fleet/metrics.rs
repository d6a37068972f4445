//! The fleet as metrics, for the conductor's node_exporter.

use bgpcs_display::open_metrics::OpenMetrics;
use bgpcs_display::time;

use super::join::Fleet;
use super::member::FleetNode;
use super::node::NodeHealth;

impl Fleet {
    /// For node_exporter's textfile collector.
    pub fn metrics(&self) -> String {
        let mut metrics = OpenMetrics::default();
        self.of_all(&mut metrics);
        self.of_nodes(&mut metrics);
        self.of_applications(&mut metrics);
        metrics.finish()
    }

    fn of_all(&self, metrics: &mut OpenMetrics) {
        let counts = self.counts();
        let nodes = metrics.gauge("bgp_community_services_fleet_nodes", "Nodes by health.");
        for health in NodeHealth::ALL {
            nodes.sample(&[("health", health.name())], counts.of(health));
        }
        if let Some(at) = self.asked.at {
            let help = "When the nodes were asked, in seconds since 1970.";
            metrics.gauge("bgp_community_services_fleet_asked_timestamp_seconds", help).sample(&[], at);
        }
        let help = "Whether the Salt master could be asked: 1 or 0.";
        let could = u8::from(self.asked.error.is_none());
        metrics.gauge("bgp_community_services_fleet_master_up", help).sample(&[], could);
    }

    fn of_nodes(&self, metrics: &mut OpenMetrics) {
        let mut each = |name, help, value: &dyn Fn(&FleetNode) -> Option<String>| {
            let gauge = metrics.gauge(name, help);
            for node in &self.nodes {
                if let Some(value) = value(node) {
                    gauge.sample(&labels(node), value);
                }
            }
        };
        each(
            "bgp_community_services_fleet_node_health",
            "0 healthy or without a profile, 1 degraded, 2 broken, 3 no answer.",
            &|node| {
                let number = match node.health {
                    NodeHealth::NoProfile | NodeHealth::Healthy => 0,
                    NodeHealth::Degraded => 1,
                    NodeHealth::Broken => 2,
                    NodeHealth::NoAnswer => 3,
                };
                Some(number.to_string())
            },
        );
        each(
            "bgp_community_services_fleet_node_heard_timestamp_seconds",
            "When the node last answered, in seconds since 1970.",
            &|node| node.heard.map(|heard| heard.to_string()),
        );
        each(
            "bgp_community_services_fleet_node_pillar_current",
            "Whether the node's pillar is that of the configuration: 1 or 0.",
            &|node| node.pillar.map(|pillar| u8::from(pillar.name() == "current").to_string()),
        );
        each(
            "bgp_community_services_fleet_node_applied",
            "Whether the node has the package and the configuration of its pillar: 1 or 0.",
            &|node| node.answer().map(|_| u8::from(node.salt.name() == "applied").to_string()),
        );
        each(
            "bgp_community_services_fleet_node_changed_timestamp_seconds",
            "When prefixes of the node last changed, in seconds since 1970.",
            &|node| Some(time::parse(node.answer()?.changed.as_ref()?)?.to_string()),
        );
        let help = "1 for each finding about a node.";
        let findings = metrics.gauge("bgp_community_services_fleet_node_finding", help);
        for node in &self.nodes {
            for code in &node.findings {
                findings.sample(&[&labels(node)[..], &[("code", code.as_str())]].concat(), 1);
            }
        }
    }

    fn of_applications(&self, metrics: &mut OpenMetrics) {
        let help = "Prefixes of an application on a node.";
        let prefixes = metrics.gauge("bgp_community_services_fleet_node_prefixes", help);
        for node in &self.nodes {
            for application in node.answer().map_or(&[][..], |module| &module.applications) {
                for (family, count) in [("ipv4", application.ipv4), ("ipv6", application.ipv6)] {
                    let own = [("application", application.name.as_str()), ("family", family)];
                    prefixes.sample(&[&labels(node)[..], &own].concat(), count);
                }
            }
        }
        let help = "1 where a node has other prefixes than the norm of its profile.";
        let outliers = metrics.gauge("bgp_community_services_fleet_node_outlier", help);
        for node in &self.nodes {
            for application in &node.outlier {
                outliers.sample(&[&labels(node)[..], &[("application", application.as_str())]].concat(), 1);
            }
        }
    }
}

fn labels(node: &FleetNode) -> [(&'static str, &str); 3] {
    [
        ("router", node.router.as_str()),
        ("node", node.node.as_str()),
        ("asset_id", node.asset_id.as_deref().unwrap_or_default()),
    ]
}
