//! The modules of one target as its files declare them, and which file holds which.

use std::collections::BTreeMap;
use std::path::Path;

use syn::visit::Visit;

use crate::module::{Module, Name};
use crate::named_paths::NamedPaths;
use crate::tree::text_of;

#[derive(Default)]
pub struct Modules(pub BTreeMap<Name, Module>);

impl Modules {
    /// The modules of the target whose first file is `root`.
    pub fn of(root: &Path) -> Modules {
        let mut modules = Modules::default();
        let folder = root.parent().unwrap().to_path_buf();
        modules.read(root, Vec::new(), &folder);
        modules
    }

    fn read(&mut self, file: &Path, name: Name, folder: &Path) {
        let parsed = syn::parse_file(&text_of(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.take(&parsed.items, file, name, folder);
    }

    fn take(&mut self, items: &[syn::Item], file: &Path, name: Name, folder: &Path) {
        let mut module = Module { file: file.to_path_buf(), ..Module::default() };
        for item in items {
            if is_for_tests(item) {
                continue;
            }
            let syn::Item::Mod(child) = item else {
                NamedPaths(&mut module).visit_item(item);
                module.defined.extend(defined(item));
                module.has_macros |= matches!(item, syn::Item::Macro(made) if made.ident.is_none());
                continue;
            };
            let ident = child.ident.to_string();
            let child_name = [name.as_slice(), std::slice::from_ref(&ident)].concat();
            match &child.content {
                Some((_, items)) => self.take(items, file, child_name, &folder.join(&ident)),
                None => self.follow(child, file, child_name, folder),
            }
        }
        self.0.insert(name, module);
    }

    /// Reads the file that `mod name;` stands for.
    fn follow(&mut self, child: &syn::ItemMod, file: &Path, name: Name, folder: &Path) {
        let ident = child.ident.to_string();
        let plain = folder.join(format!("{ident}.rs"));
        if let Some(written) = written_path(child) {
            let path = file.parent().unwrap().join(written);
            let beside = path.parent().unwrap().to_path_buf();
            self.read(&path, name, &beside);
        } else if plain.exists() {
            self.read(&plain, name, &folder.join(&ident));
        } else {
            self.read(&folder.join(&ident).join("mod.rs"), name, &folder.join(&ident));
        }
    }
}

/// `#[cfg(test)]`: tests may use whatever they like.
fn is_for_tests(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

/// What `#[path = "…"]` says.
fn written_path(child: &syn::ItemMod) -> Option<String> {
    child.attrs.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

fn defined(item: &syn::Item) -> Option<String> {
    let ident = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Macro(item) => item.ident.as_ref()?,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::TraitAlias(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        syn::Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}
