//! The paths in the text of a module: its imports, and those in code, macros and attributes.

use std::collections::BTreeMap;

use proc_macro2::{Literal, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, ItemUse, LitStr, Meta, UseTree, Visibility};

/// A path in the text of a module.
#[derive(Debug)]
pub struct Mention {
    /// The names in it.
    pub path: Vec<String>,
    /// The line on which it is.
    pub line: usize,
    /// How it is there.
    pub kind: MentionKind,
}

/// How a path is in the text of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MentionKind {
    /// As an import, or in code.
    Use,
    /// As an import of everything below it.
    Glob,
    /// As a name that the module exports again.
    Export,
    /// As everything below it, exported again.
    ExportGlob,
}

impl MentionKind {
    /// Whether it stands for everything below a path.
    pub fn is_glob(self) -> bool {
        matches!(self, Self::Glob | Self::ExportGlob)
    }

    /// Whether it exports what it names.
    pub fn is_export(self) -> bool {
        matches!(self, Self::Export | Self::ExportGlob)
    }
}

/// The paths in the text of a module.
#[derive(Debug, Default)]
pub struct Paths {
    /// What each imported name stands for.
    pub imports: BTreeMap<String, Vec<String>>,
    /// The modules and enums of which everything is imported.
    pub globs: Vec<Vec<String>>,
    /// Every path, imports included.
    pub mentions: Vec<Mention>,
}

impl Paths {
    /// Adds the paths in an item.
    pub fn read(&mut self, item: &Item) {
        self.visit_item(item);
    }

    fn mention(&mut self, path: Vec<String>, line: usize, kind: MentionKind) {
        self.mentions.push(Mention { path, line, kind });
    }

    fn import(&mut self, tree: &UseTree, mut path: Vec<String>, is_export: bool) {
        let named = if is_export { MentionKind::Export } else { MentionKind::Use };
        let (ident, alias) = match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                return self.import(&inner.tree, path, is_export);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, path.clone(), is_export));
            }
            UseTree::Glob(glob) => {
                let kind = if is_export { MentionKind::ExportGlob } else { MentionKind::Glob };
                self.mention(path.clone(), glob.star_token.spans[0].start().line, kind);
                return self.globs.push(path);
            }
            UseTree::Name(name) => (&name.ident, &name.ident),
            UseTree::Rename(rename) => (&rename.ident, &rename.rename),
        };
        let mut alias = alias.to_string();
        if ident == "self" {
            if alias == "self" {
                alias = path.last().cloned().unwrap_or_default();
            }
        } else {
            path.push(ident.to_string());
        }
        self.mention(path.clone(), ident.span().start().line, named);
        self.imports.insert(alias, path);
    }

    /// The paths in the tokens of a macro or an attribute.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<Ident> = Vec::new();
        let (mut colons, mut is_member) = (0, false);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 || path.is_empty() {
                        self.end_of_path(&mut path);
                    }
                    if !is_member {
                        path.push(ident);
                    }
                    (colons, is_member) = (0, false);
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Punct(punct) => {
                    is_member = punct.as_char() == '.';
                    colons = 0;
                    self.end_of_path(&mut path);
                }
                TokenTree::Group(group) => {
                    colons = 0;
                    self.end_of_path(&mut path);
                    self.tokens(group.stream());
                }
                TokenTree::Literal(literal) => {
                    colons = 0;
                    self.end_of_path(&mut path);
                    self.text(&literal);
                }
            }
        }
        self.end_of_path(&mut path);
    }

    fn end_of_path(&mut self, path: &mut Vec<Ident>) {
        let Some(first) = path.first() else { return };
        let line = first.span().start().line;
        let names: Vec<String> = path.drain(..).map(|ident| ident.to_string()).collect();
        // A single name in small letters is most likely a variable or a key.
        if names.len() > 1 || names[0].starts_with(char::is_uppercase) {
            self.mention(names, line, MentionKind::Use);
        }
    }

    /// A path in a text, as in `#[serde(with = "crate::seconds")]`.
    fn text(&mut self, literal: &Literal) {
        let Ok(text) = syn::parse_str::<LitStr>(&literal.to_string()) else { return };
        if let Ok(path) = text.parse::<syn::Path>()
            && path.segments.len() > 1
        {
            self.visit_path(&path);
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let start = if item.leading_colon.is_some() { vec![String::new()] } else { Vec::new() };
        self.import(&item.tree, start, !matches!(item.vis, Visibility::Inherited));
    }

    /// `pub(super)` and `pub(crate)` name a module, but import nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let line = path.segments.first().map_or(0, |segment| segment.ident.span().start().line);
        if path.leading_colon.is_some() {
            names.insert(0, String::new());
        }
        self.mention(names, line, MentionKind::Use);
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        // The others are a marker such as `#[test]`, or a text such as a comment.
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        self.tokens(called.tokens.clone());
    }
}

/// Whether an item is only there for tests.
pub fn is_test(item: &Item) -> bool {
    attributes(item).iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
