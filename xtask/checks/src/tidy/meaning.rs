//! What a path in the text of a module stands for.

use super::modules::Modules;

/// What a path stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// An item, by the module that defines it and its name there.
    Item(usize, String),
    /// A module of the package.
    Module(usize),
    /// Something of another crate, by its full path; or a name that no import explains, such as `Vec`.
    Foreign(Vec<String>),
}

/// How many aliases are followed; rustc refuses endless ones, so no path has more.
const MOST_ALIASES: usize = 32;

/// What a path in the text of a module stands for. An item that another module exports again belongs to
/// the module that defines it.
pub fn resolve(modules: &Modules, from: usize, path: &[String]) -> Meaning {
    resolve_within(modules, from, path, MOST_ALIASES)
}

fn resolve_within(modules: &Modules, from: usize, path: &[String], aliases: usize) -> Meaning {
    let Some((first, rest)) = path.split_first() else { return Meaning::Module(from) };
    match first.as_str() {
        "crate" => walk(modules, modules.all[from].root, rest, aliases),
        "self" => walk(modules, from, rest, aliases),
        "super" => walk_up(modules, from, rest, aliases),
        // A leading `::`.
        "" => Meaning::Foreign(rest.to_vec()),
        _ => lookup(modules, from, path, aliases).unwrap_or_else(|| match &modules.library {
            Some((name, root)) if name == first => walk(modules, *root, rest, aliases),
            _ => Meaning::Foreign(path.to_vec()),
        }),
    }
}

fn walk_up(modules: &Modules, from: usize, rest: &[String], aliases: usize) -> Meaning {
    let parent = modules.all[from].parent.unwrap_or(from);
    match rest.split_first() {
        Some((name, rest)) if name == "super" => walk_up(modules, parent, rest, aliases),
        _ => walk(modules, parent, rest, aliases),
    }
}

/// Follows the names below a module. A name that it does not have is one that a macro makes there.
fn walk(modules: &Modules, module: usize, rest: &[String], aliases: usize) -> Meaning {
    if rest.is_empty() {
        return Meaning::Module(module);
    }
    lookup(modules, module, rest, aliases).unwrap_or_else(|| Meaning::Item(module, rest[0].clone()))
}

/// What a path stands for that begins with a name of a module; none if the module has no such name.
fn lookup(modules: &Modules, index: usize, path: &[String], aliases: usize) -> Option<Meaning> {
    let (first, rest) = path.split_first()?;
    let module = &modules.all[index];
    let child = module.children.get(first);
    match child {
        Some(child) if !rest.is_empty() || !module.items.contains(first) => {
            return Some(walk(modules, *child, rest, aliases));
        }
        _ => {}
    }
    if module.items.contains(first) {
        return Some(Meaning::Item(index, first.clone()));
    }
    let aliases = aliases.checked_sub(1)?;
    if let Some(import) = module.paths.imports.get(first) {
        let full: Vec<String> = import.iter().chain(rest).cloned().collect();
        // `use regex::Regex as regex` and `use serde;` name a crate by its own name.
        let is_itself = import.first() == Some(first);
        return Some(if is_itself {
            Meaning::Foreign(full)
        } else {
            resolve_within(modules, index, &full, aliases)
        });
    }
    module.paths.globs.iter().find_map(|glob| match resolve_within(modules, index, glob, aliases) {
        Meaning::Module(other) if other != index => lookup(modules, other, path, aliases),
        Meaning::Module(_) | Meaning::Item(..) | Meaning::Foreign(_) => None,
    })
}
