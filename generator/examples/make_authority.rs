//! Writes an authority of any size, in any form, to standard output: what a large conductor's configuration has in
//! it, of which the generator needs a small part.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use bgpcs_testing::configuration::{Document, Form};
use clap::{Parser, ValueEnum};

/// Write an authority to standard output
#[derive(Debug, Parser)]
struct Arguments {
    /// How many routers; every one has two nodes, and nine in ten have a profile
    #[arg(long, default_value_t = 10_000)]
    routers: usize,
    /// xml, json (kebab-case), camel (JSON in camelCase), pcli (indented text) or flat
    #[arg(long, default_value = "xml", value_parser = form)]
    form: Form,
    /// Where the profiles stand
    #[arg(long, value_enum, default_value = "last")]
    profiles: Place,
    /// Give one node another asset id, as the next commit after a replaced device would
    #[arg(long)]
    changed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Place {
    /// Before the routers
    First,
    /// After the routers
    Last,
}

fn form(name: &str) -> Result<Form, String> {
    let found = Form::ALL.iter().find(|(known, _)| *known == name);
    found.map(|(_, form)| *form).ok_or_else(|| "expected xml, json, camel, pcli or flat".to_owned())
}

fn main() -> ExitCode {
    match write_authority(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("make_authority: {error}");
            ExitCode::FAILURE
        }
    }
}

const SYSTEM: Option<&str> = Some("system-config");
const INTERFACE: Option<&str> = Some("interface-config");
const SERVICE: Option<&str> = Some("service-config");
const ROUTING: Option<&str> = Some("routing-config");
const BGP: Option<&str> = Some("bgp-config");
const POLICY: Option<&str> = Some("routing-policy-config");
const PLUGIN: Option<&str> = Some("bgp-community-services-config");

const PROFILES: usize = 4;
const APPLICATIONS: usize = 4;

fn write_authority(arguments: &Arguments) -> io::Result<()> {
    let output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut document = Document::begin(arguments.form, output)?;
    document.container("authority", Some("authority-config"))?;
    document.leaf("name", "bench")?;
    if arguments.profiles == Place::First {
        profiles(&mut document)?;
    }
    for router in 0..arguments.routers {
        write_router(&mut document, router, arguments.changed && router == arguments.routers / 2)?;
    }
    policies(&mut document)?;
    for service in 0..50 {
        document.entry("service", SERVICE, ("name", &format!("service-{service}")))?;
        let application = format!("application-{}", service % (PROFILES * APPLICATIONS));
        document.leaf_list("application-name", &[application])?;
        document.entry("access-policy", None, ("source", "lan"))?;
        document.end()?;
        document.end()?;
    }
    if arguments.profiles == Place::Last {
        profiles(&mut document)?;
    }
    document.finish()?.flush()
}

fn profiles(document: &mut Document<impl Write>) -> io::Result<()> {
    for profile in 0..PROFILES {
        document.entry("bgp-community-services-profile", PLUGIN, ("name", &format!("profile-{profile}")))?;
        for application in 0..APPLICATIONS {
            let number = profile * APPLICATIONS + application;
            document.entry("application", None, ("application-name", &format!("application-{number}")))?;
            document.leaf_list(
                "bgp-community",
                &[format!("12076:{}", 5000 + number), format!("64512:{number}")],
            )?;
            document.end()?;
        }
        document.end()?;
    }
    Ok(())
}

fn policies(document: &mut Document<impl Write>) -> io::Result<()> {
    document.container("routing", POLICY)?;
    document.entry("filter", None, ("name", "upstream"))?;
    document.leaf("type", "community-filter")?;
    document.entry("rule", None, ("name", "one"))?;
    document.leaf("filter", "accept")?;
    document.leaf("community", "64999:.*")?;
    document.end()?;
    document.end()?;
    document.entry("policy", None, ("name", "from-upstream"))?;
    document.entry("statement", None, ("name", "one"))?;
    document.leaf("policy", "permit")?;
    document.entry("action", None, ("type", "remove-community"))?;
    document.leaf("community-filter", "upstream")?;
    document.end()?;
    document.end()?;
    document.end()?;
    document.end()
}

fn write_router(document: &mut Document<impl Write>, router: usize, changed: bool) -> io::Result<()> {
    document.entry("router", None, ("name", &format!("branch-{router:05}")))?;
    document.leaf("location", "somewhere")?;
    document.leaf_list("router-group", &["branches", "region-7"])?;
    document.container("application-identification", None)?;
    document.leaf_list("mode", &["module", "tls"])?;
    document.end()?;
    if router % 10 != 9 {
        document.leaf_in(
            PLUGIN,
            "bgp-community-services-profile",
            &format!("profile-{}", router % PROFILES),
        )?;
    }
    for node in 0..2 {
        document.entry("node", SYSTEM, ("name", &format!("node{node}")))?;
        let replaced = if changed && node == 1 { "-replaced" } else { "" };
        document.leaf("asset-id", &format!("asset-{router:05}-{node}{replaced}"))?;
        document.leaf("description", "a node of a branch, in a rack of its own")?;
        document.leaf("enabled", "true")?;
        document.leaf("role", "combo")?;
        for interface in 0..3 {
            write_device_interface(document, router, interface)?;
        }
        document.end()?;
    }
    write_bgp(document, router)?;
    for route in 0..6 {
        document.entry("service-route", SERVICE, ("name", &format!("route-{route}")))?;
        document.leaf("service-name", &format!("service-{route}"))?;
        document.entry("next-hop", None, ("node-name", "node0"))?;
        document.leaf("interface", "network-0")?;
        document.leaf("gateway-ip", "192.0.2.1")?;
        document.end()?;
        document.end()?;
    }
    document.end()
}

fn write_device_interface(
    document: &mut Document<impl Write>,
    router: usize,
    interface: usize,
) -> io::Result<()> {
    document.entry("device-interface", INTERFACE, ("name", &format!("device-{interface}")))?;
    document.leaf("type", "ethernet")?;
    document.leaf("pci-address", "0000:00:04.0")?;
    document.leaf("enabled", "true")?;
    document.entry("network-interface", None, ("name", &format!("network-{interface}")))?;
    document.leaf("type", "external")?;
    document.leaf("vlan", "0")?;
    document.leaf("conductor", "true")?;
    document.entry("neighborhood", None, ("name", "internet"))?;
    document.leaf("topology", "hub")?;
    document.leaf("vector", "broadband")?;
    document.end()?;
    let address = format!("10.{}.{}.{interface}", router / 256 % 256, router % 256);
    document.entry("address", None, ("ip-address", &address))?;
    document.leaf("prefix-length", "24")?;
    document.leaf("gateway", "10.0.0.1")?;
    document.end()?;
    document.end()?;
    document.end()
}

fn write_bgp(document: &mut Document<impl Write>, router: usize) -> io::Result<()> {
    document.entry("routing", ROUTING, ("type", "default-instance"))?;
    document.entry("routing-protocol", None, ("type", "bgp"))?;
    document.leaf_in(BGP, "local-as", &format!("{}", 64512 + router % 1000))?;
    for neighbor in 0..2 {
        document.entry("neighbor", BGP, ("neighbor-address", &format!("192.0.2.{}", neighbor + 1)))?;
        document.leaf("neighbor-as", "12076")?;
        document.leaf("shutdown", "false")?;
        document.container("neighbor-policy", None)?;
        document.leaf("inbound-policy", "from-upstream")?;
        document.end()?;
        document.entry("address-family", None, ("afi-safi", "ipv4-unicast"))?;
        document.leaf("next-hop-self", "true")?;
        document.end()?;
        document.end()?;
    }
    document.end()?;
    document.end()
}
