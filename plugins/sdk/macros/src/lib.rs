//! The `plugin!` macro: reads `actions.toml` when the plugin is compiled and writes the typed parameters and the
//! dispatch.

mod description;
mod expansion;

use proc_macro::TokenStream;
use std::path::Path;
use syn::{LitStr, parse_macro_input};

/// `plugin!("actions.toml")`, once, in the root of a plugin's crate. It makes:
///
/// - `parameters`, a module with one struct per action (`create_line` → `CreateLine`): required
///   parameters and those with a default are plain fields, the others are `Option`s;
/// - the exports of the component. Every action that the file describes must have a function of
///   its name in a module of its name, `create_line::create_line`, that takes
///   `Call<parameters::CreateLine>` and gives `Result<Reply, Refusal>`; one that is missing is a
///   compile error.
#[proc_macro]
pub fn plugin(input: TokenStream) -> TokenStream {
    let file = parse_macro_input!(input as LitStr);
    expand(&file).unwrap_or_else(|message| syn::Error::new(file.span(), message).into_compile_error()).into()
}

fn expand(file: &LitStr) -> Result<proc_macro2::TokenStream, String> {
    let folder = std::env::var("CARGO_MANIFEST_DIR").map_err(|_| "Cargo does not say where the crate is.")?;
    let path = Path::new(&folder).join(file.value());
    let at = |message: String| format!("{}: {message}", path.display());
    let linecard_nouns::Read { table, paths } = linecard_nouns::read(&path).map_err(at)?;
    let actions = description::actions(table).map_err(at)?;
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    Ok(expansion::plugin(&actions, &paths))
}
