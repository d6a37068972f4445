//! What the conductor's half (the pillar generator) and the router's half (the application identification module) of
//! the BGP Community Services plugin share: the configuration, communities, names and paths.
//!
//! The YANG module `bgp-community-services.yang` describes the same configuration for the operator; the tests of this
//! crate hold both equal. The crate knows no network and no command line.

mod asset_id;
pub mod brief;
mod community;
pub mod digest;
mod health;
mod ip_prefix;
mod name;
pub mod paths;
mod pillar;
mod profile;
mod quoted;
mod ranged;
mod serde_as_text;
pub mod whole_file;

pub use asset_id::{AssetId, AssetIdError};
pub use community::{Community, CommunityError, LargeCommunity, RouteTarget, StandardCommunity, WellKnown};
pub use health::Health;
pub use ip_prefix::{IpPrefix, IpPrefixError};
pub use name::{ApplicationName, ApplicationNameError, ProfileName, ProfileNameError, VrfName, VrfNameError};
pub use pillar::{PILLAR_KEY, Package, Pillar, PillarDocument};
pub use profile::{
    Application, ApplicationLeaf, EnumerationError, LargestLoss, MaxPrefixes, ModuleConfiguration,
    PathSelection, Profile, ProfileLeaf, RefreshInterval, Release, ReleaseError, ShortestIpv4Prefix,
    ShortestIpv6Prefix, StalePathTime, UpdateMode,
};
pub use quoted::{Quoted, plain, plain_json};
pub use ranged::{Ranged, RangedError};

/// Seconds since 1970-01-01 UTC.
pub type UnixTime = u64;

/// The name of the plugin, of the module on a router, and of the pillar key.
pub const PLUGIN: &str = "bgp-community-services";

/// The package that is installed on the conductor.
pub const CONDUCTOR_PACKAGE: &str = "128T-bgp-community-services";

/// The package that Salt installs on every node of a router that has a profile.
pub const ROUTER_PACKAGE: &str = "128T-bgp-community-services-router";

/// The systemd units, `.path` and `.service`, that run the generator when the running configuration changes.
pub const GENERATOR_UNIT: &str = "bgp-community-services-generate-pillar";

/// The systemd units, `.service` and `.timer`, that ask the nodes how they are. The timer is not enabled.
pub const FLEET_UNIT: &str = "bgp-community-services-fleet";

/// The version of both packages, `MAJOR.MINOR.PATCH`, from the workspace's `Cargo.toml`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The RPM release of both packages, without the tag of the distribution (`.el9`). `cargo xtask dist --dirty` compiles the
/// programs with a marked one.
pub const RELEASE: &str = match option_env!("BGPCS_RELEASE") {
    Some(release) => release,
    None => "1",
};
