//! The items of a file and the types that each takes or contains.

use crate::names::{Names, taken};
use crate::sources::for_tests;
use std::collections::BTreeSet;
use syn::visit::Visit;
use syn::{ImplItem, Item, ItemImpl, TraitItem, Visibility};

/// What says that rows are to be changed.
pub(crate) const ORDERS: [&str; 3] = ["Plan", "Change", "Transfer"];

/// An item: what it is called, whether the crate's user can reach it, and the types that it takes or contains.
pub(crate) struct Held {
    pub(crate) name: String,
    pub(crate) public: bool,
    pub(crate) types: BTreeSet<String>,
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

pub(crate) fn held(items: &[Item], into: &mut Vec<Held>) {
    for item in items {
        let (name, public, types) = match item {
            Item::Mod(module) => {
                let inside = module.content.as_ref().filter(|_| !for_tests(&module.attrs));
                held(inside.map(|(_, items)| items.as_slice()).unwrap_or_default(), into);
                continue;
            }
            Item::Impl(block) => {
                methods(block, into);
                continue;
            }
            Item::Trait(interface) => {
                for item in &interface.items {
                    if let TraitItem::Fn(function) = item {
                        let name = format!("{}::{}", interface.ident, function.sig.ident);
                        into.push(Held { name, public: is_public(&interface.vis), types: taken(&function.sig) });
                    }
                }
                continue;
            }
            Item::Fn(function) => (function.sig.ident.to_string(), is_public(&function.vis), taken(&function.sig)),
            Item::Struct(of) => {
                (of.ident.to_string(), is_public(&of.vis), Names::of(|names| names.visit_fields(&of.fields)))
            }
            Item::Enum(of) => (of.ident.to_string(), is_public(&of.vis), Names::of(|names| names.visit_item_enum(of))),
            Item::Type(of) => (of.ident.to_string(), is_public(&of.vis), Names::of(|names| names.visit_type(&of.ty))),
            Item::Static(of) => (of.ident.to_string(), is_public(&of.vis), Names::of(|names| names.visit_type(&of.ty))),
            Item::Use(of) => {
                renamed(&of.tree, is_public(&of.vis), into);
                continue;
            }
            // What a macro makes at this level is not seen by its name, so it counts as reachable.
            Item::Macro(of) => ("a macro".to_owned(), true, Names::of(|names| names.visit_macro(&of.mac))),
            _ => continue,
        };
        into.push(Held { name, public, types });
    }
}

/// The functions of one type. Those of a trait are as public as the trait may be.
fn methods(block: &ItemImpl, into: &mut Vec<Held>) {
    if for_tests(&block.attrs) {
        return;
    }
    let of = match &*block.self_ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        _ => "a type".to_owned(),
    };
    for item in &block.items {
        if let ImplItem::Fn(function) = item {
            let mut types = taken(&function.sig);
            types.extend(Names::of(|names| names.visit_generics(&block.generics)));
            let public = block.trait_.is_some() || is_public(&function.vis);
            into.push(Held { name: format!("{of}::{}", function.sig.ident), public, types });
        }
    }
}

/// Another name for a type, as `use Plan as Other` gives, and what is passed on to the crate's user.
fn renamed(tree: &syn::UseTree, public: bool, into: &mut Vec<Held>) {
    match tree {
        syn::UseTree::Path(path) => renamed(&path.tree, public, into),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| renamed(tree, public, into)),
        syn::UseTree::Rename(rename) => {
            let types = [rename.ident.to_string()].into();
            into.push(Held { name: rename.rename.to_string(), public, types });
        }
        syn::UseTree::Name(name) if public && ORDERS.iter().any(|order| name.ident == order) => {
            let name = name.ident.to_string();
            into.push(Held { name: format!("use {name}"), public, types: [name].into() });
        }
        _ => {}
    }
}
