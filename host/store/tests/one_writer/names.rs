//! The names of types in a piece of source.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::{FnArg, Signature};

/// Names of types that a piece of source has, but for those that only travel through a channel: who holds an end of
/// one holds no plan.
#[derive(Default)]
pub(crate) struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        let name = segment.ident.to_string();
        if !["Sender", "Receiver"].contains(&name.as_str()) {
            self.0.insert(name);
            visit::visit_path_segment(self, segment);
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }
}

impl Names {
    pub(crate) fn of(read: impl FnOnce(&mut Names)) -> BTreeSet<String> {
        let mut names = Names::default();
        read(&mut names);
        names.0
    }

    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(name) => drop(self.0.insert(name.to_string())),
                TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

/// What a function takes: its parameters, also by their bounds, without `self`.
pub(crate) fn taken(signature: &Signature) -> BTreeSet<String> {
    Names::of(|names| {
        names.visit_generics(&signature.generics);
        for input in &signature.inputs {
            if let FnArg::Typed(parameter) = input {
                names.visit_type(&parameter.ty);
            }
        }
    })
}
