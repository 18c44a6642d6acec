//! The paths that the code of one module names: in `use`, in types and expressions, and in what
//! stands between the brackets of a macro.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::module::{Import, Module, Name};

pub struct NamedPaths<'a>(pub &'a mut Module);

impl<'ast> Visit<'ast> for NamedPaths<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        // A name of another crate: `use ::http::…`.
        if item.leading_colon.is_none() {
            let passed_on = !matches!(item.vis, syn::Visibility::Inherited);
            self.import(&item.tree, &mut Vec::new(), passed_on);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.0.named.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }

    /// `pub(crate)` and `pub(super)` name nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

impl NamedPaths<'_> {
    fn import(&mut self, tree: &syn::UseTree, before: &mut Name, passed_on: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(&path.tree, before, passed_on);
                before.pop();
            }
            syn::UseTree::Name(name) if name.ident == "self" => {
                let known_as = before.last().cloned().unwrap_or_default();
                self.0.imports.insert(known_as, Import { path: before.clone(), passed_on });
            }
            syn::UseTree::Name(name) => self.add(before, &name.ident, &name.ident, passed_on),
            syn::UseTree::Rename(name) => self.add(before, &name.ident, &name.rename, passed_on),
            syn::UseTree::Glob(_) => self.0.globs.push(before.clone()),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, passed_on);
                }
            }
        }
    }

    fn add(&mut self, before: &Name, ident: &syn::Ident, known_as: &syn::Ident, passed_on: bool) {
        let path = [before.as_slice(), &[ident.to_string()]].concat();
        // Traits brought in as `_` must not hide each other.
        let known_as = if known_as == "_" { path.join("::") } else { known_as.to_string() };
        self.0.imports.insert(known_as, Import { path, passed_on });
    }

    /// Every `a::b::c` among the tokens of a macro, which are not parsed.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = Name::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.0.named.insert(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Group(group) => {
                    self.0.named.insert(std::mem::take(&mut path));
                    self.tokens(group.stream());
                    colons = 0;
                }
                _ => {
                    self.0.named.insert(std::mem::take(&mut path));
                    colons = 0;
                }
            }
        }
        self.0.named.insert(path);
        self.0.named.remove(&Name::new());
    }
}
