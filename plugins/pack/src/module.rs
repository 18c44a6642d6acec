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

/// How many pages of 64 KiB the module's memory begins with.
pub(crate) fn pages(module: &[u8]) -> Result<u64, String> {
    let mut pages = 0;
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::MemorySection(memories) = payload.map_err(|error| error.to_string())? {
            for memory in memories {
                pages += memory.map_err(|error| error.to_string())?.initial;
            }
        }
    }
    Ok(pages)
}
