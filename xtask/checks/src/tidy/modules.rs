//! The modules of a package, parsed: what each defines, imports and mentions.
//!
//! Items under `#[cfg(test)]` are left out: a test may use whatever it likes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use syn::{Ident, Item, ItemMod};

use super::paths::{self, Paths};

/// A module of a package.
#[derive(Debug, Default)]
pub struct Module {
    /// Its path below the root, `["source", "bgpd"]`; empty for the root.
    pub path: Vec<String>,
    /// The file in which it is, by its path in the workspace.
    pub file: String,
    /// The root of its crate; a package may have a library and a program.
    pub root: usize,
    /// The module around it.
    pub parent: Option<usize>,
    /// The modules in it, by name.
    pub children: BTreeMap<String, usize>,
    /// The names of the items that it defines.
    pub items: BTreeSet<String>,
    /// The types that it defines, and the lines on which they are.
    pub types: Vec<(String, usize)>,
    /// The paths in its text.
    pub paths: Paths,
}

/// The modules of a package; the first are those of its library, if it has one.
#[derive(Debug, Default)]
pub struct Modules {
    /// In the order of their declarations.
    pub all: Vec<Module>,
    /// The name by which the package's program imports its library, and the root of the library.
    pub library: Option<(String, usize)>,
}

impl Modules {
    /// Parses a package; `files` are the texts of its files by their paths, `folder` is that of its `Cargo.toml`, and
    /// `name` the name of its library.
    pub fn parse(files: &BTreeMap<String, String>, folder: &str, name: &str) -> Result<Self> {
        let mut modules = Self::default();
        for root in ["lib", "main"] {
            let file = format!("{folder}/src/{root}.rs");
            if files.contains_key(&file) {
                let index = modules.all.len();
                if root == "lib" {
                    modules.library = Some((name.to_owned(), index));
                }
                let root = Module { file, root: index, ..Module::default() };
                modules.parse_file(files, root, &format!("{folder}/src"))?;
            }
        }
        Ok(modules)
    }

    /// Parses the file of a module, and the files of the modules in it, which are in `directory`.
    fn parse_file(
        &mut self,
        files: &BTreeMap<String, String>,
        module: Module,
        directory: &str,
    ) -> Result<usize> {
        let text = files.get(&module.file).with_context(|| format!("{} does not exist", module.file))?;
        let parsed = syn::parse_file(text).with_context(|| format!("cannot parse {}", module.file))?;
        let index = self.all.len();
        self.all.push(module);
        self.add_items(files, index, &parsed.items, directory)?;
        Ok(index)
    }

    fn add_items(
        &mut self,
        files: &BTreeMap<String, String>,
        index: usize,
        items: &[Item],
        directory: &str,
    ) -> Result<()> {
        for item in items.iter().filter(|item| !paths::is_test(item)) {
            if let Item::Mod(child) = item {
                let child_index = self.add_module(files, index, child, directory)?;
                self.all[index].children.insert(child.ident.to_string(), child_index);
                continue;
            }
            let module = &mut self.all[index];
            if let Some(ident) = name_of(item) {
                module.items.insert(ident.to_string());
                if matches!(
                    item,
                    Item::Enum(_) | Item::Struct(_) | Item::Trait(_) | Item::Type(_) | Item::Union(_)
                ) {
                    module.types.push((ident.to_string(), ident.span().start().line));
                }
            }
            module.paths.read(item);
        }
        Ok(())
    }

    fn add_module(
        &mut self,
        files: &BTreeMap<String, String>,
        parent: usize,
        child: &ItemMod,
        directory: &str,
    ) -> Result<usize> {
        let name = child.ident.to_string();
        let Module { path, file, root, .. } = &self.all[parent];
        let path = path.iter().cloned().chain([name.clone()]).collect();
        let mut module = Module { path, root: *root, parent: Some(parent), ..Module::default() };
        let below = format!("{directory}/{name}");
        if let Some((_, items)) = &child.content {
            module.file.clone_from(file);
            let index = self.all.len();
            self.all.push(module);
            self.add_items(files, index, items, &below)?;
            return Ok(index);
        }
        let plain = format!("{below}.rs");
        module.file = if files.contains_key(&plain) { plain } else { format!("{below}/mod.rs") };
        self.parse_file(files, module, &below)
    }

    /// The top-level module that a module belongs to; for a root `lib` or `main`.
    pub fn top(&self, index: usize) -> &str {
        let Module { path, file, .. } = &self.all[index];
        match path.first() {
            Some(name) => name,
            None if file.ends_with("lib.rs") => "lib",
            None => "main",
        }
    }
}

fn name_of(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Macro(item) => item.ident.as_ref(),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}
