//! The imports between files, circles of them, and those against the order of layers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::meaning::{self, Meaning};
use super::modules::Modules;
use super::paths::Mention;

/// The imports of a package: importing file, imported file, and the names that tie them.
pub type Imports = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// The imports between the files of a package.
///
/// An import of an item is one of the file that defines it, also if another module exports the item again. A declaration
/// `mod x;` is none, nor is a module that exports an item of a module in it: both only say what is in a folder. An import
/// of a module counts where a name in the module is used.
pub fn between_files(modules: &Modules) -> Imports {
    let mut imports = Imports::new();
    for (index, module) in modules.all.iter().enumerate() {
        for mention in &module.paths.mentions {
            if let Some((other, name)) = imported(modules, index, mention) {
                let file = modules.all[other].file.clone();
                imports.entry(module.file.clone()).or_default().entry(file).or_default().insert(name);
            }
        }
    }
    imports
}

/// What a mention imports from another file: the module that defines it, and its name there.
fn imported(modules: &Modules, from: usize, mention: &Mention) -> Option<(usize, String)> {
    let (other, name) = match meaning::resolve(modules, from, &mention.path) {
        Meaning::Item(other, name) => (other, name),
        Meaning::Module(other) if mention.kind.is_glob() => (other, "everything".to_owned()),
        Meaning::Module(_) | Meaning::Foreign(_) => return None,
    };
    let (module, defining) = (&modules.all[from], &modules.all[other]);
    let is_below = defining.root == module.root && defining.path.starts_with(&module.path);
    (module.file != defining.file && !(mention.kind.is_export() && is_below)).then_some((other, name))
}

/// The circles of files, each with the names that tie it. Of files that are in several circles, only the shortest circle
/// is given.
pub fn circles(imports: &Imports) -> Vec<String> {
    let mut circles: Vec<Vec<&str>> = imports.keys().filter_map(|file| shortest(imports, file)).collect();
    circles.sort_by_key(Vec::len);
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for circle in circles {
        if circle.iter().all(|file| !reported.contains(file)) {
            reported.extend(
                reachable(imports, circle[0])
                    .filter(|file| reachable(imports, file).any(|reached| reached == circle[0])),
            );
            found.push(describe(imports, &circle));
        }
    }
    found
}

fn describe(imports: &Imports, circle: &[&str]) -> String {
    let next = circle.iter().cycle().skip(1);
    let lines = circle.iter().zip(next).map(|(file, next)| {
        let names: Vec<&str> = imports[*file][*next].iter().map(String::as_str).collect();
        format!("\n    {file} imports {} from {next}", names.join(", "))
    });
    format!("circle of {} files:{}", circle.len(), lines.collect::<String>())
}

/// The shortest way from a file over others back to it.
fn shortest<'a>(imports: &'a Imports, start: &'a str) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(file) = open.pop_front() {
        for next in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let way = std::iter::successors(Some(file), |file| before.get(file).copied());
                let mut way: Vec<&str> = way.collect();
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(next.as_str()) {
                before.insert(next, file);
                open.push_back(next);
            }
        }
    }
    None
}

fn reachable<'a>(imports: &'a Imports, start: &'a str) -> impl Iterator<Item = &'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(file) = open.pop() {
        for next in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(next.as_str()) {
                open.push(next);
            }
        }
    }
    seen.into_iter()
}

/// The imports that go against the order of the layers, and modules that have no layer.
///
/// `layers` has the names of top-level modules, the lowest layer first; `lib` and `main` are the roots. A module may
/// import from its own layer and from every one before it.
pub fn upwards(modules: &Modules, layers: &[&[&str]]) -> Vec<String> {
    let layer_of = |name: &str| layers.iter().position(|layer| layer.contains(&name));
    let there: BTreeSet<&str> = (0..modules.all.len()).map(|index| modules.top(index)).collect();
    let listed: BTreeSet<&str> = layers.iter().flat_map(|layer| layer.iter().copied()).collect();
    let mut found: Vec<String> = there
        .difference(&listed)
        .map(|name| format!("module {name} has no layer; list it"))
        .chain(listed.difference(&there).map(|name| format!("layer {name}: there is no such module")))
        .collect();
    let mut seen = BTreeSet::new();
    for (index, module) in modules.all.iter().enumerate() {
        for mention in &module.paths.mentions {
            let Some((other, name)) = imported(modules, index, mention) else { continue };
            let (here, there) = (modules.top(index), modules.top(other));
            let is_upwards = layer_of(here).is_some() && layer_of(here) < layer_of(there);
            if is_upwards && seen.insert((&module.file, other, name.clone())) {
                let (file, line) = (&module.file, mention.line);
                found.push(format!("{file}:{line}: imports {name} upwards: {there} comes after {here}"));
            }
        }
    }
    found
}
