//! Small packages that keep a rule or break it.

use super::modules::Modules;
use super::{imports, network, types};

/// Parses a package; `files` are names of files below `p/src/` with their texts.
fn parse(files: &[(&str, &str)]) -> Modules {
    let files = files.iter().map(|(name, text)| (format!("p/src/{name}"), (*text).to_owned())).collect();
    Modules::parse(&files, "p", "p").expect("the package should be Rust")
}

/// The names of the files of each circle, in order.
fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let circles = imports::circles(&imports::between_files(&parse(files)));
    let file = |line: &str| {
        line.trim().split(' ').next().unwrap_or_default().trim_start_matches("p/src/").to_owned()
    };
    circles.iter().map(|circle| circle.lines().skip(1).map(file).collect::<Vec<_>>().join(" ")).collect()
}

const LIB: (&str, &str) = ("lib.rs", "mod a; mod b; mod c;");

#[test]
fn packages_without_a_circle() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "one way",
            &[
                LIB,
                ("a.rs", "use crate::b::B;"),
                ("b.rs", "pub struct B; use crate::c::C;"),
                ("c.rs", "pub struct C;"),
            ],
        ),
        (
            "a parent only declares and exports what is in its folder",
            &[
                ("lib.rs", "mod a;"),
                ("a.rs", "mod inner; pub use inner::Inner; pub trait Shared {}"),
                ("a/inner.rs", "use super::Shared; pub struct Inner; impl Shared for Inner {}"),
            ],
        ),
        (
            "an exported item counts as one of the file that defines it",
            &[
                ("lib.rs", "mod a; mod b;"),
                ("a.rs", "mod one; mod two; pub use one::One; pub use two::Two;"),
                ("a/one.rs", "use crate::a::Two; pub struct One;"),
                ("a/two.rs", "pub struct Two;"),
                ("b.rs", "use crate::a::{One, Two};"),
            ],
        ),
        (
            "tests may import what they like",
            &[
                LIB,
                ("a.rs", "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }"),
                ("b.rs", "use crate::a::A; pub struct B;"),
                ("c.rs", ""),
            ],
        ),
        (
            "a name of another crate, and a visibility",
            &[
                LIB,
                ("a.rs", "use std::fmt; pub(crate) fn f() -> fmt::Result { b::g() }"),
                ("b.rs", "pub(super) fn g() { crate::a::f() }"),
                ("c.rs", ""),
            ],
        ),
    ];
    for (name, files) in cases {
        assert_eq!(circles(files), [""; 0], "{name}");
    }
}

#[test]
fn circles_by_every_kind_of_import() {
    let back = ("b.rs", "pub struct B; use crate::a::A;");
    let empty = ("c.rs", "");
    let cases: &[(&str, &str)] = &[
        ("an import", "pub struct A; use crate::b::B;"),
        ("a path", "pub struct A; fn f() { let _ = crate::b::B; }"),
        ("a type", "pub struct A(super::b::B);"),
        ("a group", "pub struct A; use crate::{b::{self, B as Other}, c};"),
        ("an imported module", "pub struct A; use crate::b; fn f() -> b::B { b::B }"),
        ("everything", "pub struct A; use crate::b::*;"),
        ("the arguments of a macro", "pub struct A; fn f() { println!(\"{:?}\", crate::b::B); }"),
        ("an attribute", "pub struct A; #[serde(with = \"crate::b::B\")] struct S;"),
        ("an import in a function", "pub struct A; fn f() { use super::b::B; }"),
        ("a module in the same file", "pub struct A; mod inner { use super::super::b::B; }"),
    ];
    for (name, a) in cases {
        assert_eq!(circles(&[LIB, ("a.rs", a), back, empty]), ["a.rs b.rs"], "{name}");
    }
}

#[test]
fn a_parent_that_uses_what_its_folder_has() {
    let inner = ("a/inner.rs", "use super::Shared; pub struct Inner;");
    for a in [
        "mod inner; pub trait Shared {} pub use inner::Inner; fn open() -> Inner { Inner }",
        "mod inner; pub trait Shared {} fn open() { inner::Inner; }",
        "mod inner; pub trait Shared {} use inner::Inner;",
    ] {
        assert_eq!(circles(&[("lib.rs", "mod a;"), ("a.rs", a), inner]), ["a.rs a/inner.rs"], "{a}");
    }
}

#[test]
fn the_shortest_circle_is_given_with_its_names() {
    let three = [
        LIB,
        ("a.rs", "pub struct A; use crate::b::{B, other};"),
        ("b.rs", "pub struct B; pub fn other() {} use crate::c::C;"),
        ("c.rs", "pub struct C; use crate::a::A;"),
    ];
    let found = imports::circles(&imports::between_files(&parse(&three)));
    let expected = "circle of 3 files:\
        \n    p/src/a.rs imports B, other from p/src/b.rs\
        \n    p/src/b.rs imports C from p/src/c.rs\
        \n    p/src/c.rs imports A from p/src/a.rs";
    assert_eq!(found, [expected]);
    let shorter =
        [LIB, three[1], ("b.rs", "pub struct B; pub fn other() {} use crate::{a::A, c::C};"), three[3]];
    assert_eq!(circles(&shorter), ["a.rs b.rs"]);
}

#[test]
fn the_library_is_one_more_file_for_the_program() {
    let main = ("main.rs", "use p::A; mod cli;");
    let cli = ("cli.rs", "use p::A;");
    assert_eq!(circles(&[("lib.rs", "mod a; pub use a::A;"), ("a.rs", "pub struct A;"), main, cli]), [""; 0]);
    let modules =
        parse(&[("lib.rs", "pub mod a;"), ("a.rs", "pub struct A;"), ("main.rs", "fn main() { p::a::A; }")]);
    assert_eq!(imports::upwards(&modules, &[&["a"], &["lib"], &["main"]]), [""; 0]);
    let upwards = imports::upwards(&modules, &[&["main"], &["lib"], &["a"]]);
    assert_eq!(upwards, ["p/src/main.rs:1: imports A upwards: a comes after main"]);
}

#[test]
fn layers_are_in_order_and_complete() {
    let modules = parse(&[
        ("lib.rs", "mod base; mod middle; mod upper; pub use upper::Upper;"),
        ("base.rs", "pub struct Base;\nuse crate::middle::deep::Deep;"),
        ("middle.rs", "pub mod deep; use crate::base::Base;"),
        ("middle/deep.rs", "pub struct Deep;\nfn f() { super::super::upper::g(); }"),
        ("upper.rs", "pub struct Upper; pub fn g() {} use crate::{base::Base, middle::deep::Deep};"),
    ]);
    assert_eq!(imports::upwards(&modules, &[&["base", "middle", "upper"], &["lib"]]), [""; 0]);
    let found = imports::upwards(&modules, &[&["base"], &["middle"], &["upper"], &["lib"]]);
    let expected = [
        "p/src/base.rs:2: imports Deep upwards: middle comes after base",
        "p/src/middle/deep.rs:2: imports g upwards: upper comes after middle",
    ];
    assert_eq!(found, expected);
    let found = imports::upwards(&modules, &[&["base", "middle"], &["gone"], &["lib"]]);
    let expected = ["module upper has no layer; list it", "layer gone: there is no such module"];
    assert_eq!(found, expected);
}

#[test]
fn a_type_has_a_name_of_its_own() {
    let modules = parse(&[
        ("lib.rs", "mod a; mod b; pub struct Lib; fn f() { struct Entry; }"),
        ("a.rs", "struct Entry;\nenum Kind {} mod inner { trait Kind {} }"),
        ("b.rs", "type Entry = u8; struct Write; #[cfg(test)] mod tests { struct Lib; }"),
    ]);
    let expected = [
        "p/src/a.rs:1, p/src/b.rs:1: 2 types are called Entry",
        "p/src/a.rs:2, p/src/a.rs:2: 2 types are called Kind",
        "p/src/b.rs:1: type Write has a name of the standard library",
    ];
    assert_eq!(types::ambiguous(&modules), expected);
}

#[test]
fn a_socket_is_found_however_it_is_imported() {
    for text in [
        "use std::net::TcpStream;",
        "use std::net::{IpAddr, TcpStream};",
        "use std::{io, os::unix::net::{UnixDatagram, SocketAddr}};",
        "use std::net::*;",
        "use std::net; fn f() { net::UdpSocket::bind(\"[::1]:0\"); }",
        "use std::os::unix::net as unix; type T = unix::UnixListener;",
        "fn f() { ::std::net::TcpListener::bind(\"[::1]:0\"); }",
        "use rustix::net::connect;",
    ] {
        let modules = parse(&[("lib.rs", "mod a;"), ("a.rs", text)]);
        assert_eq!(network::sockets(&modules, &[]).len(), text.matches("TcpS").count().max(1), "{text}");
        assert_eq!(network::sockets(&modules, &["p/src/a.rs"]), [""; 0], "{text}");
    }
    let harmless =
        "use std::net::{IpAddr, SocketAddr}; use ureq::http::Uri; struct TcpStream; fn f() -> TcpStream {}";
    assert_eq!(network::sockets(&parse(&[("lib.rs", harmless)]), &[]), [""; 0]);
}
