//! The routing engine restarts, hangs or answers nonsense: the module reports it in time and keeps the last good prefixes.

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::thread;

use anyhow::{Context, Result, ensure};
use bgpcs::paths;
use fs_err as fs;

use crate::authority::Authority;
use crate::expect::equal;
use crate::lab::Lab;
use crate::router::{ModuleOutput, Router};

pub fn play(lab: &Lab) -> Result<()> {
    lab.settle()?;
    let mut authority = Authority::sample();
    let router = lab.single_node()?;
    router.expect_prefixes(&authority)?;

    router.routing.kill_bgpd(&router.host)?;
    expect_stale(router, &authority)?;
    router.routing.start_bgpd(&router.host)?;
    router.expect_prefixes(&authority)?;

    // The module's own time limit is far below the limit of programs of the lab.
    router.routing.freeze_bgpd(&router.host)?;
    expect_stale(router, &authority)?;
    router.routing.thaw_bgpd(&router.host)?;
    router.expect_prefixes(&authority)?;

    router.routing.kill_bgpd(&router.host)?;
    answer_nonsense(router)?;
    expect_stale(router, &authority)?;

    // With a stale-path-time of 0 no prefix is kept.
    if let Some(voice) = authority.profile_mut("Voice") {
        voice.stale_path_time = "0".parse()?;
    }
    lab.conductor.commit(&authority)?;
    lab.conductor.highstate(router.node.asset_id)?.expect_success()?;
    let ModuleOutput { services, error } = router.run_module()?;
    ensure!(
        services.is_empty() && error.is_some(),
        "kept {services:?} longer than the stale-path-time, error {error:?}"
    );

    remove_socket(router)?;
    router.routing.start_bgpd(&router.host)?;
    router.expect_prefixes(&authority)?;
    standby(lab.node_of_pair()?, &authority)
}

/// The routing engine moves to the other node of the pair, which is no fault, and back.
fn standby(router: &Router, authority: &Authority) -> Result<()> {
    router.expect_prefixes(authority)?;
    let before = router.output()?;
    router.routing.kill_bgpd(&router.host)?;
    equal("the output of the standby node", &router.run_module()?, &before)?;
    remove_socket(router)?;
    equal("its output without the socket", &router.run_module()?, &before)?;
    router.routing.start_bgpd(&router.host)?;
    router.expect_prefixes(authority)
}

/// Asserts that the module reports an error with its application and community, and keeps the last good prefixes.
fn expect_stale(router: &Router, authority: &Authority) -> Result<()> {
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
    ensure!(named, "the error names no application and community: {error:?}");
    equal(
        "the prefixes that the module kept",
        &output.services,
        &router.routing.expected_services(&configuration),
    )
}

/// Answers every command in bgpd's place with text that is no answer.
fn answer_nonsense(router: &Router) -> Result<()> {
    remove_socket(router)?;
    let listener =
        UnixListener::bind(router.host.path(paths::BGPD_SOCKET)).context("cannot take bgpd's socket")?;
    // It ends with the lab; a bgpd that starts later creates its own socket.
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

/// Removes the file of the socket, which stays after the end of its process.
fn remove_socket(router: &Router) -> Result<()> {
    Ok(fs::remove_file(router.host.path(paths::BGPD_SOCKET))?)
}
