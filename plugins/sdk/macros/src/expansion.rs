//! The Rust that a description becomes.

use crate::description::{Action, Parameter, identifier};
use linecard_forms::{Crossing, Form};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;

/// Everything that `plugin!` writes; `paths` are the files, which the compiler then watches.
pub(crate) fn plugin(actions: &[Action], paths: &[String]) -> TokenStream {
    let structs = actions.iter().filter(|action| action.does.is_empty()).map(parameters);
    let names: Vec<String> = actions.iter().map(|action| format!("{}/{}", action.surface, action.name)).collect();
    let answers = actions.iter().map(answer);
    quote! {
        /// The parameters of each action, as `actions.toml` describes them.
        pub mod parameters {
            #(#structs)*
        }

        /// This plugin, as the host sees it.
        pub struct ThisPlugin;

        impl ::linecard_sdk::Plugin for ThisPlugin {
            const NAMES: &'static [&'static str] = &[#(#names),*];

            fn handle(
                action: &str,
                parameters: &str,
            ) -> Result<::linecard_sdk::Reply, ::linecard_sdk::Refusal> {
                // Built again when the description changes.
                #(const _: &str = include_str!(#paths);)*
                match action {
                    #(#names => #answers,)*
                    _ => Err(::linecard_sdk::Refusal::new("unknown_action", "This plugin has no such action.")),
                }
            }
        }

        ::linecard_sdk::export!(ThisPlugin);
    }
}

/// What answers an action: the function of its name, or the verb that it is said to do.
fn answer(action: &Action) -> TokenStream {
    let Some((verb, kind)) = action.does.first_key_value() else {
        let function = name_in_rust(&action.name);
        return quote! { ::linecard_sdk::answer(parameters, crate::#function::#function) };
    };
    let verb = name_in_rust(verb);
    match kind.as_str() {
        kind @ ("line" | "mag" | "enigma" | "code") => quote! { ::linecard_sdk::verbs::lines::#verb(#kind) },
        log @ ("activity" | "connections" | "credits" | "audit" | "sign_ins" | "refusals" | "stream_errors"
        | "happenings" | "restreams" | "box_events") => {
            quote! { ::linecard_sdk::verbs::logs::#verb(#log) }
        }
        "user" => quote! { ::linecard_sdk::verbs::users::#verb() },
        kind => quote! { ::linecard_sdk::verbs::records::#verb(#kind) },
    }
}

fn parameters(action: &Action) -> TokenStream {
    let doc = format!("Parameters of `{}/{}`: {}", action.surface, action.name, action.summary);
    structs(&action.name, &doc, &action.parameters)
}

/// A struct, and one for each object among its fields: `create_line` and `user_data` make `CreateLineUserData`.
fn structs(name: &str, doc: &str, fields: &BTreeMap<String, Parameter>) -> TokenStream {
    let objects = fields.iter().filter(|(_, parameter)| !parameter.members.is_empty()).map(|(member, parameter)| {
        structs(&format!("{name}_{member}"), &format!("Members of `{member}`."), &parameter.members)
    });
    let called = type_name(name);
    let fields = fields.iter().map(|(member, parameter)| field(name, member, parameter));
    quote! {
        #[doc = #doc]
        #[derive(::linecard_sdk::serde::Deserialize)]
        #[serde(crate = "::linecard_sdk::serde")]
        pub struct #called { #(#fields)* }
        #(#objects)*
    }
}

fn field(of: &str, name: &str, parameter: &Parameter) -> TokenStream {
    let doc = match parameter.summary.as_str() {
        "" => format!("`{name}`."),
        summary => summary.to_owned(),
    };
    let field = name_in_rust(name);
    let plain = rust_type(parameter.form, parameter, &format!("{of}_{name}"));
    let plain = if parameter.nullable {
        quote! { Option<#plain> }
    } else {
        plain
    };
    if parameter.is_always_there() {
        return quote! { #[doc = #doc] pub #field: #plain, };
    }
    // Null is a value of these, and must not be taken for "not sent".
    let has_null = parameter.form == Form::Date || parameter.nullable;
    let reading = has_null.then(|| quote! { #[serde(default, deserialize_with = "::linecard_sdk::sent")] });
    quote! { #[doc = #doc] #reading pub #field: Option<#plain>, }
}

fn rust_type(form: Form, parameter: &Parameter, object: &str) -> TokenStream {
    if form == Form::Object {
        let object = type_name(object);
        return quote! { #object };
    }
    match form.crosses_as() {
        Crossing::Text => quote! { String },
        Crossing::I32 => quote! { i32 },
        Crossing::U32 => quote! { u32 },
        Crossing::Flag => quote! { bool },
        Crossing::Amount => quote! { ::linecard_sdk::Credits },
        Crossing::Moment => quote! { ::linecard_sdk::Expiry },
        Crossing::Document => quote! { ::linecard_sdk::serde_json::Value },
        Crossing::List => {
            let item = rust_type(parameter.of.unwrap_or(Form::Text), parameter, object);
            quote! { Vec<#item> }
        }
    }
}

/// Names were checked when the description was read.
fn name_in_rust(name: &str) -> Ident {
    identifier(name).unwrap_or_else(|_| format_ident!("unnamed"))
}

/// `create_line` → `CreateLine`.
fn type_name(action: &str) -> Ident {
    let camel: String = action
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
        })
        .collect();
    format_ident!("{camel}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_becomes_a_struct_and_a_call_of_its_function() {
        let text = "[[action]]\nsurface = 's'\nname = 'create_line'\n[action.parameters]\n\
             package = { type = 'id', required = true }\ntrial = { type = 'flag', default = false }\n\
             ips = { type = 'list', of = 'network' }\nend = { type = 'date' }\n\
             start = { type = 'count' }\ntype = { type = 'text', default = '' }\n\
             email = { type = 'text', nullable = true }\n\
             user_data = { type = 'object', members = { seats = { type = 'count', default = 1 } } }\n\
             rows = { type = 'list', of = 'object', members = { price = { type = 'decimal', required = true } } }\n";
        let plugin = |text: &str| {
            let actions = crate::description::actions(toml::from_str(text).unwrap()).unwrap();
            plugin(&actions, &["f".to_owned()]).to_string().replace(' ', "")
        };
        let written = plugin(text);
        let common = "[[action]]\nsurface = 's'\nname = 'get_line'\ndoes = { get = 'line' }\n\
             [[action]]\nsurface = 's'\nname = 'get_stream'\ndoes = { get = 'stream' }\n\
             [[action]]\nsurface = 's'\nname = 'login_logs'\ndoes = { list = 'sign_ins' }\n";
        let common = plugin(common);
        assert!(common.contains("\"s/get_line\"=>::linecard_sdk::verbs::lines::get(\"line\"),"), "{common}");
        assert!(common.contains("::linecard_sdk::verbs::records::get(\"stream\")"), "{common}");
        assert!(common.contains("::linecard_sdk::verbs::logs::list(\"sign_ins\")"), "{common}");
        assert!(!common.contains("structGet"), "{common}");
        for part in [
            "pubstructCreateLine{",
            "pubpackage:u32,",
            "pubtrial:bool,",
            "pubips:Option<Vec<String>>,",
            "\"::linecard_sdk::sent\")]pubend:Option<::linecard_sdk::Expiry>,",
            "pubstart:Option<u32>,",
            "pubr#type:String,",
            "\"::linecard_sdk::sent\")]pubemail:Option<Option<String>>,",
            "pubuser_data:Option<CreateLineUserData>,",
            "pubstructCreateLineUserData{#[doc=\"`seats`.\"]pubseats:u32,}",
            "pubrows:Option<Vec<CreateLineRows>>,",
            "\"s/create_line\"=>::linecard_sdk::answer(parameters,crate::create_line::create_line),",
        ] {
            assert!(written.contains(part), "{part} in {written}");
        }
    }
}
