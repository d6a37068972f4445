//! How bgpd's commands begin: with the instance of BGP, and the table.

use bgpcs::Community;

use crate::instance::{Instance, Table};
use crate::source::Query;

/// What follows concerns an instance as a whole. The name of a [VRF](bgpcs::VrfName) is one word.
pub fn instance(instance: &Instance) -> String {
    match instance {
        Instance::Default => "show bgp".to_owned(),
        Instance::Vrf(name) => format!("show bgp vrf {name}"),
    }
}

/// The routes of a table; what follows selects among them.
pub fn routes(table: &Table) -> String {
    format!("{} {} unicast", instance(&table.instance), table.family)
}

/// The command for a query; its answer is text.
pub fn query(query: &Query) -> String {
    let routes = routes(&query.table);
    // bgpd can select by one community, but not by route target: every path has to be shown in detail for it.
    // Well-known communities are sent as numbers, since not every release knows every name.
    match query.community {
        Community::Standard(standard) => format!("{routes} community {standard}"),
        Community::WellKnown(name) => format!("{routes} community {}", name.value()),
        Community::Large(large) => format!("{routes} large-community {large}"),
        Community::RouteTarget(_) => routes,
    }
}
