//! The rules of each crate of the workspace, in one table.

/// The rules of a crate.
pub struct Crate {
    /// Its folder in the workspace.
    pub folder: &'static str,
    /// Whether tidy holds it to the rules below: no circle of files, the order of layers, unambiguous type names.
    pub is_held: bool,
    /// Its top-level modules, the lowest layer first: a module imports from its own layer and from those before it.
    /// Without layers every order is allowed.
    pub layers: &'static [&'static [&'static str]],
    /// Who may open a socket.
    pub sockets: Sockets,
}

/// Who may open a socket.
pub enum Sockets {
    /// Every file.
    Everywhere,
    /// Only files whose paths have one of these starts.
    OnlyIn(&'static [&'static str]),
}

const MODULE: &[&[&str]] = &[
    &["bounded_file", "c_library", "clock", "error_text", "prefix", "same_content", "users"],
    &["instance"],
    &["state_file"],
    &["settings"],
    &["source"],
    &["collect"],
    &["configuration", "publish"],
    &["health"],
    &["drive"],
    &["operator"],
    &["lib"],
    &["main"],
];

const GENERATOR: &[&[&str]] = &[
    &["glob"],
    &["read"],
    &["authority"],
    &["communities"],
    &["finding"],
    &["check"],
    &["plan"],
    &["pillar"],
    &["report"],
    &["run"],
    &["status"],
    &["fleet"],
    &["top_file"],
    &["command"],
    &["lib"],
    &["main"],
];

/// Every crate of the workspace.
pub const CRATES: &[Crate] = &[
    Crate { folder: "yang", is_held: true, layers: &[], sockets: Sockets::OnlyIn(&[]) },
    Crate { folder: "yang/display", is_held: true, layers: &[], sockets: Sockets::OnlyIn(&[]) },
    Crate { folder: "yang/configuration", is_held: true, layers: &[], sockets: Sockets::OnlyIn(&[]) },
    Crate { folder: "generator", is_held: true, layers: GENERATOR, sockets: Sockets::OnlyIn(&[]) },
    Crate { folder: "generator/cli", is_held: true, layers: &[], sockets: Sockets::OnlyIn(&[]) },
    Crate { folder: "module", is_held: true, layers: MODULE, sockets: Sockets::OnlyIn(MODULE_SOCKETS) },
    Crate { folder: "module/cli", is_held: true, layers: &[], sockets: Sockets::OnlyIn(&[]) },
    Crate { folder: "module/testing", is_held: true, layers: &[], sockets: Sockets::Everywhere },
    Crate { folder: "xtask", is_held: true, layers: &[], sockets: Sockets::Everywhere },
    Crate { folder: "xtask/checks", is_held: true, layers: &[], sockets: Sockets::Everywhere },
    Crate { folder: "xtask/lab", is_held: true, layers: &[], sockets: Sockets::Everywhere },
    Crate { folder: "xtask/task", is_held: true, layers: &[], sockets: Sockets::Everywhere },
];

/// Route sources speak to routing engines, and the service to systemd.
const MODULE_SOCKETS: &[&str] =
    &["module/src/source/", "module/src/drive/service_manager.rs", "module/src/publish/syslog.rs"];
