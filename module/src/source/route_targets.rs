//! Route targets as routing engines write them. Each has its own text for a four-octet AS number.

use bgpcs::RouteTarget;

/// A route target without its kind: `64512:77`, `192.0.2.1:77`, or with a four-octet AS number `4200000000:77`,
/// `4200000000L:77` (BaGPipe-BGP) or `64086.59904:77` (asdot, RFC 5396; GoBGP, and FRR if it is configured).
pub fn route_target(text: &str) -> Option<RouteTarget> {
    RouteTarget::parse(text).or_else(|| {
        let (asn, number) = text.split_once(':')?;
        if let Some(asn) = asn.strip_suffix('L') {
            return RouteTarget::parse(&format!("{asn}:{number}"));
        }
        let (high, low) = asn.split_once('.')?;
        let asn = (u32::from(high.parse::<u16>().ok()?) << 16) + u32::from(low.parse::<u16>().ok()?);
        RouteTarget::parse(&format!("{asn}:{number}"))
    })
}

/// The route targets among extended communities as FRR writes them, `RT:64512:77 SoO:64512:88`; none for a route target
/// that cannot be read.
pub fn frr_route_targets(text: &str) -> impl Iterator<Item = Option<RouteTarget>> + '_ {
    text.split_ascii_whitespace().filter_map(|word| word.strip_prefix("RT:")).map(route_target)
}
