//! Opens the route source that the settings name.

use std::path::Path;

use bgp_community_services_cli::SourceChoice;

use crate::settings::Settings;
use crate::source::RouteSource;
use crate::source::bagpipe::Bagpipe;
use crate::source::bgpd::Bgpd;
use crate::source::deadlines::Deadlines;
use crate::source::exabgp::without_routes::ExabgpWithoutRoutes;
use crate::source::gobgp::{GoBgp, RibView};
use crate::source::http::Server;
use crate::source::routing_manager::RoutingManager;
use crate::source::trust::TrustedUsers;

/// The route source. It connects with the first query; its deadlines count from this call.
pub fn open(settings: &Settings) -> Box<dyn RouteSource> {
    let deadlines = Deadlines::begin(settings.limits);
    let exabgp = || Box::new(ExabgpWithoutRoutes::at(&settings.state_dir));
    let trusted = || TrustedUsers::of(settings.trusted_users.iter().cloned());
    let gobgp =
        |view| Box::new(GoBgp::new(&settings.gobgp, settings.gobgp_address, view, trusted(), deadlines));
    let routing_engine = |bgpd: Option<&Path>| -> Box<dyn RouteSource> {
        match bgpd {
            Some(socket) => Box::new(Bgpd::new(socket, deadlines)),
            None => {
                let url = settings.routing_manager_url.clone();
                let socket = settings.routing_manager_socket.clone();
                let server = socket.map_or_else(|| Server::Port(trusted()), Server::Socket);
                Box::new(RoutingManager::new(url, server, deadlines))
            }
        }
    };
    match settings.source {
        SourceChoice::Auto => match exabgp() {
            exabgp if exabgp.is_running() => exabgp,
            _ => routing_engine(settings.bgpd_socket()),
        },
        SourceChoice::Bgpd => {
            let first = settings.bgpd_sockets.first().map(|socket| socket.as_path());
            routing_engine(settings.bgpd_socket().or(first))
        }
        SourceChoice::RoutingManager => routing_engine(None),
        SourceChoice::Exabgp => exabgp(),
        SourceChoice::Gobgp => gobgp(RibView::Global),
        SourceChoice::GobgpAdjIn => gobgp(RibView::AdjIn),
        SourceChoice::Bagpipe => Box::new(Bagpipe::new(settings.bagpipe_url.clone(), trusted(), deadlines)),
    }
}
