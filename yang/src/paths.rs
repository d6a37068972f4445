//! Every path that the plugin installs, reads or writes, on the conductor and on a router.
//!
//! The templates of states and packages get them from [`template_variables`].

macro_rules! paths {
    ($($(#[$doc:meta])+ $name:ident = $path:expr;)+) => {
        $($(#[$doc])+ pub const $name: &str = $path;)+

        /// Name and value of every path here.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

paths! {
    /// Conductor: the running configuration, which a commit writes.
    RUNNING_CONFIGURATION = "/var/run/128technology/config.json";
    /// Conductor: the plugin's programs and YANG module.
    PLUGIN_DIR = "/usr/lib/128technology/plugins/bgp-community-services";
    /// Conductor: the pillar generator. An assumption: it is not public where the conductor expects it.
    GENERATOR = "/usr/lib/128technology/plugins/bgp-community-services/generate_pillar";
    /// Conductor: the plugin's YANG module. An assumption: it is not public where the conductor expects it.
    YANG_DIR = "/usr/lib/128technology/plugins/bgp-community-services/yang";
    /// Conductor: the directory of states of the `plugins` environment.
    SALT_STATES_ROOT = "/var/lib/128technology/plugins/salt";
    /// Conductor: the directory of pillars of the `plugins` environment.
    SALT_PILLAR_ROOT = "/var/lib/128technology/plugins/pillar";
    /// Conductor: the pillar files, one `<asset id>.sls` per node.
    PILLAR_DIR = "/var/lib/128technology/plugins/pillar/bgp-community-services";
    /// Conductor: the file that says that the pillar files are those of the whole authority, so that a node without a
    /// file has no profile.
    PILLAR_MARKER = "/var/lib/128technology/plugins/pillar/bgp-community-services/.complete";
    /// Conductor: the generator's log.
    GENERATOR_LOG = "/var/log/128technology/plugins/bgp-community-services-generate-pillar.log";
    /// Conductor: the directory of what the nodes last answered.
    FLEET_CACHE_DIR = "/var/cache/128technology/plugins/bgp-community-services";
    /// Conductor: what the nodes last answered.
    FLEET_CACHE = "/var/cache/128technology/plugins/bgp-community-services/fleet.json";
    /// Conductor: the same as metrics, where the timer is enabled.
    FLEET_METRICS = "/var/cache/128technology/plugins/bgp-community-services/fleet.prom";
    /// Conductor: the configuration of its Salt master.
    SALT_CONFIGURATION_DIR = "/etc/128technology/salt";
    /// Conductor: the program of SSR that publishes a job on its Salt master. An assumption: where it lies is not public.
    T128_SALT = "/usr/bin/t128-salt";
    /// Conductor: Salt's own program for that.
    SALT = "/usr/bin/salt";
    /// Conductor and router: the systemd units of packages.
    UNIT_DIR = "/usr/lib/systemd/system";
    /// Router: the modules that SSR runs: executables, or links to them.
    MODULES_DIR = "/etc/128technology/application-modules";
    /// Router: the modules of packages.
    MODULE_DEFAULTS_DIR = "/etc/128technology/application-modules/defaults";
    /// Router: the module's executable.
    MODULE = "/etc/128technology/application-modules/defaults/bgp-community-services";
    /// Router: the link that makes SSR run the module.
    MODULE_LINK = "/etc/128technology/application-modules/bgp-community-services";
    /// Router: where 4.1.0 registered the module if `update-mode` was `watch`. The states remove it: a registration may
    /// make SSR stop reading the output file.
    MODULE_REGISTRATION_LINK = "/etc/128technology/application-modules/services/bgp-community-services";
    /// Router: the data of all plugins.
    ROUTER_PLUGINS_DIR = "/var/lib/128technology/plugins";
    /// Router: the data of this plugin.
    ROUTER_PLUGIN_DIR = "/var/lib/128technology/plugins/bgp-community-services";
    /// Router: the module's configuration, which Salt writes from the pillar.
    MODULE_CONFIGURATION = "/var/lib/128technology/plugins/bgp-community-services/config.json";
    /// Router: the module's state files.
    MODULE_STATE_DIR = "/var/lib/128technology/plugins/bgp-community-services/state";
    /// Router: the module's metrics for monitoring, which may not be root, in a directory that has nothing else. node_exporter
    /// only reads files with this ending.
    MODULE_METRICS = "/var/lib/128technology/plugins/bgp-community-services/metrics/bgp-community-services.prom";
    /// Router: the module's output file, which SSR's application identification reads.
    MODULE_OUTPUT = "/var/run/128technology/application-modules/bgp-community-services.json";
    /// Router: the socket on which the syslog daemon takes lines of local programs.
    SYSLOG_SOCKET = "/dev/log";
    /// Router: the name of the router, `{"init": {"routerName": …}}`.
    ROUTER_INIT = "/etc/128technology/global.init";
    /// Router: the name of the node, `{"init": {"id": …}}`.
    NODE_INIT = "/etc/128technology/local.init";
    /// Router: the VTY socket of the routing engine's bgpd.
    BGPD_SOCKET = "/var/run/128technology/routing/bgpd.vty";
    /// The VTY socket of bgpd in FRR's own packages.
    FRR_BGPD_SOCKET = "/run/frr/bgpd.vty";
    /// GoBGP's command, as distributions install it.
    GOBGP = "/usr/bin/gobgp";
    /// Router: the socket of the local web server, which forwards requests to routingManager.
    WEB_SERVER_SOCKET = "/var/run/128technology/web-server.sock";
}

/// The variables for the templates of packages and states: the paths, by their names in lower case, and `plugin`,
/// `conductor_package`, `router_package`, `generator_unit`, `fleet_unit`, `version`, `release`.
pub fn template_variables() -> impl Iterator<Item = (String, &'static str)> {
    let words = [
        ("plugin", crate::PLUGIN),
        ("conductor_package", crate::CONDUCTOR_PACKAGE),
        ("router_package", crate::ROUTER_PACKAGE),
        ("generator_unit", crate::GENERATOR_UNIT),
        ("fleet_unit", crate::FLEET_UNIT),
        ("version", crate::VERSION),
        ("release", crate::RELEASE),
    ];
    let paths = ALL.iter().map(|(name, path)| (name.to_ascii_lowercase(), *path));
    words.into_iter().map(|(name, word)| (name.to_owned(), word)).chain(paths)
}
