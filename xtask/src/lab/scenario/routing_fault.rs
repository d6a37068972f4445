//! The routing engine restarts, hangs or talks nonsense: the module says so, in time, and keeps what it knew.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::thread;

use bgpcs::paths;

use crate::lab::Lab;
use crate::lab::authority::Authority;
use crate::lab::error::{LabError, at, ensure, equal};
use crate::lab::router::{Output, Router};

pub fn run(lab: &Lab) -> Result<(), LabError> {
    lab.settle()?;
    let mut authority = Authority::sample();
    let router = lab.single_node()?;
    router.expect_prefixes(&authority)?;

    router.routing.kill_bgpd(&router.host)?;
    expect_stale(router, &authority)?;
    router.routing.start_bgpd(&router.host)?;
    router.expect_prefixes(&authority)?;

    // The module has a time limit of its own, far below that of every program of the lab.
    router.routing.freeze_bgpd(&router.host)?;
    expect_stale(router, &authority)?;
    router.routing.thaw_bgpd(&router.host)?;
    router.expect_prefixes(&authority)?;

    router.routing.kill_bgpd(&router.host)?;
    talk_nonsense(router)?;
    expect_stale(router, &authority)?;

    // Without a stale-path-time nothing is kept.
    if let Some(voice) = authority.profile_mut("Voice") {
        voice.stale_path_time =
            "0".parse().map_err(|error| LabError::Unmet(format!("stale-path-time: {error}")))?;
    }
    lab.conductor.commit(&authority)?;
    lab.conductor.highstate(router.node.asset_id)?.expect_success()?;
    let Output { services, error } = router.run_module()?;
    ensure(services.is_empty() && error.is_some(), || {
        format!("kept {services:?} beyond its time, error {error:?}")
    })?;

    remove_socket(router)?;
    router.routing.start_bgpd(&router.host)?;
    router.expect_prefixes(&authority)?;
    stands_by(lab.node_of_pair()?, &authority)
}

/// The routing engine moves to the other node of the pair, which is no fault, and comes back.
fn stands_by(router: &Router, authority: &Authority) -> Result<(), LabError> {
    router.expect_prefixes(authority)?;
    let before = router.output()?;
    router.routing.kill_bgpd(&router.host)?;
    equal("what the node that stands by has", &router.run_module()?, &before)?;
    remove_socket(router)?;
    equal("what it has without the socket", &router.run_module()?, &before)?;
    router.routing.start_bgpd(&router.host)?;
    router.expect_prefixes(authority)
}

/// Asserts that the module names an error, the application and the community at which it happened, and keeps the last
/// good prefixes.
fn expect_stale(router: &Router, authority: &Authority) -> Result<(), LabError> {
    let Some(configuration) = authority.configuration(router.node.router) else { return Ok(()) };
    let output = router.run_module()?;
    let error = output.error.unwrap_or_default();
    let named = configuration.applications.iter().any(|application| {
        application.bgp_community.iter().any(|community| {
            error.ends_with(&format!(
                " on application {} and community {community}",
                application.application_name
            ))
        })
    });
    ensure(named, || format!("the error names no application and community: {error:?}"))?;
    equal("what the module kept", &output.services, &router.routing.expected_services(&configuration))
}

/// In bgpd's place, answers every command with what is no answer.
fn talk_nonsense(router: &Router) -> Result<(), LabError> {
    remove_socket(router)?;
    let path = router.host.path(paths::BGPD_SOCKET);
    let listener = UnixListener::bind(&path).map_err(at(&path))?;
    // It ends with the lab; a bgpd that is started later makes a socket of its own.
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { continue };
            thread::spawn(move || {
                let mut command = [0; 1024];
                while connection.read(&mut command).is_ok_and(|length| length > 0) {
                    if connection.write_all(b"\"nonsense\" {[\xff\0\0\0\0").is_err() {
                        break;
                    }
                }
            });
        }
    });
    Ok(())
}

/// Removes the socket's file, which stays when its process does not.
fn remove_socket(router: &Router) -> Result<(), LabError> {
    let path = router.host.path(paths::BGPD_SOCKET);
    fs::remove_file(&path).map_err(at(&path))
}
