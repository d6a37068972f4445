//! Every path that the plugin installs, reads or writes, on the conductor and on a router.
//!
//! Templates of states and packages get them by [`template_variables`].

macro_rules! paths {
    ($($(#[$doc:meta])+ $name:ident = $path:expr;)+) => {
        $($(#[$doc])+ pub const $name: &str = $path;)+

        /// Name and value of every path here.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

paths! {
    /// Conductor: the running configuration that a commit leaves on disk.
    RUNNING_CONFIGURATION = "/var/run/128technology/config.json";
    /// Conductor: what of the plugin is not data.
    PLUGIN_DIR = "/usr/lib/128technology/plugins/bgp-community-services";
    /// Conductor: the pillar generator. Where the conductor looks for it is not public: an assumption.
    GENERATOR = "/usr/lib/128technology/plugins/bgp-community-services/generate_pillar";
    /// Conductor: the plugin's YANG module. Where the conductor looks for it is not public: an assumption.
    YANG_DIR = "/usr/lib/128technology/plugins/bgp-community-services/yang";
    /// Conductor: the `plugins` environment's root of states.
    SALT_STATES_ROOT = "/var/lib/128technology/plugins/salt";
    /// Conductor: the `plugins` environment's root of pillars.
    SALT_PILLAR_ROOT = "/var/lib/128technology/plugins/pillar";
    /// Conductor: one `<asset id>.sls` per node.
    PILLAR_DIR = "/var/lib/128technology/plugins/pillar/bgp-community-services";
    /// Conductor: the generator's log.
    GENERATOR_LOG = "/var/log/128technology/plugins/bgp-community-services-generate-pillar.log";
    /// Conductor and router: systemd's units of installed packages.
    UNIT_DIR = "/usr/lib/systemd/system";
    /// Router: the modules that SSR runs, executables or links to them.
    MODULES_DIR = "/etc/128technology/application-modules";
    /// Router: where packages put their modules.
    MODULE_DEFAULTS_DIR = "/etc/128technology/application-modules/defaults";
    /// Router: the module's executable.
    MODULE = "/etc/128technology/application-modules/defaults/bgp-community-services";
    /// Router: the link that makes SSR run the module.
    MODULE_LINK = "/etc/128technology/application-modules/bgp-community-services";
    /// Router: what SSR reads about a module that systemd runs, where the package leaves it.
    REGISTRATION = "/usr/share/bgp-community-services/registration.json";
    /// Router: the registrations of modules that systemd runs.
    MODULE_REGISTRATIONS_DIR = "/etc/128technology/application-modules/services";
    /// Router: the link that registers the module, in the update mode `watch`.
    MODULE_REGISTRATION_LINK = "/etc/128technology/application-modules/services/bgp-community-services";
    /// Router: where plugins keep their data.
    ROUTER_PLUGINS_DIR = "/var/lib/128technology/plugins";
    /// Router: the plugin's data.
    ROUTER_PLUGIN_DIR = "/var/lib/128technology/plugins/bgp-community-services";
    /// Router: the module's configuration, written by Salt from pillar data.
    MODULE_CONFIGURATION = "/var/lib/128technology/plugins/bgp-community-services/config.json";
    /// Router: what the module remembers between runs.
    MODULE_STATE_DIR = "/var/lib/128technology/plugins/bgp-community-services/state";
    /// Router: what SSR's application identification reads.
    MODULE_OUTPUT = "/var/run/128technology/application-modules/bgp-community-services.json";
    /// Router: who it is, `{"init": {"routerName": …}}`.
    ROUTER_INIT = "/etc/128technology/global.init";
    /// Router: which of its nodes, `{"init": {"id": …}}`.
    NODE_INIT = "/etc/128technology/local.init";
    /// Router: the routing engine's bgpd.
    BGPD_SOCKET = "/var/run/128technology/routing/bgpd.vty";
    /// Stock FRR's bgpd.
    FRR_BGPD_SOCKET = "/run/frr/bgpd.vty";
    /// GoBGP's command, as distributions install it.
    GOBGP = "/usr/bin/gobgp";
    /// Router: the local web server, which speaks for routingManager.
    WEB_SERVER_SOCKET = "/var/run/128technology/web-server.sock";
}

/// What both packages and the states know about the plugin, as template variables: the paths by their names in lower
/// case, and `plugin`, `conductor_package`, `router_package`, `generator_unit`, `version`, `release`.
pub fn template_variables() -> impl Iterator<Item = (String, &'static str)> {
    let words = [
        ("plugin", crate::PLUGIN),
        ("conductor_package", crate::CONDUCTOR_PACKAGE),
        ("router_package", crate::ROUTER_PACKAGE),
        ("generator_unit", crate::GENERATOR_UNIT),
        ("version", crate::VERSION),
        ("release", crate::RELEASE),
    ];
    let paths = ALL.iter().map(|(name, path)| (name.to_ascii_lowercase(), *path));
    words.into_iter().map(|(name, word)| (name.to_owned(), word)).chain(paths)
}
