//! Reading and rewriting WebAssembly files section by section.

use wasmparser::{Parser, Payload};

/// The module without the component types that its bindings put into it: they are those of the
/// SDK's world, which has every capability, and would let the plugin import all of them.
pub(crate) fn without_component_types(module: &[u8]) -> Result<Vec<u8>, String> {
    let mut stripped = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(|error| error.to_string())?;
        if let Payload::CustomSection(section) = &payload
            && section.name().starts_with("component-type")
        {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let data = module.get(range).ok_or("a section lies outside of the module")?;
            stripped.section(&wasm_encoder::RawSection { id, data });
        }
    }
    Ok(stripped.finish())
}

/// What stands in a component itself, section by section; a module or a component in it is one section.
pub(crate) fn outermost(component: &[u8]) -> impl Iterator<Item = Result<Payload<'_>, String>> {
    let mut depth = 0_u32;
    Parser::new(0).parse_all(component).filter_map(move |payload| {
        let outside = depth == 0;
        match &payload {
            Ok(Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) => depth += 1,
            Ok(Payload::End(_)) => {
                depth = depth.saturating_sub(1);
                return None;
            }
            _ => {}
        }
        outside.then(|| payload.map_err(|error| error.to_string()))
    })
}

/// How many pages of 64 KiB the memories of a module begin with, or those of all modules of a component.
pub(crate) fn pages(bytes: &[u8]) -> Result<u64, String> {
    let mut pages = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        if let Payload::MemorySection(memories) = payload.map_err(|error| error.to_string())? {
            for memory in memories {
                pages += memory.map_err(|error| error.to_string())?.initial;
            }
        }
    }
    Ok(pages)
}
