//! The second module: the linked one without its memory and its data. It imports the memory; no number of a function,
//! type or global in it changes, so its code is copied as it is.

use super::linked::{Linked, MEMORY, REALLOC};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ExportSection, ImportSection, Module, RawSection};
use wasmparser::{Parser, Payload};

/// The module's bytes. The memory is the last import, `memory` of `memory`.
pub(super) fn written(linked: &Linked<'_>) -> Result<Vec<u8>, String> {
    let mut module = Module::new();
    let mut imports = ImportSection::new();
    for payload in Parser::new(0).parse_all(linked.bytes) {
        let payload = payload.map_err(|error| error.to_string())?;
        match &payload {
            Payload::ImportSection(section) => RoundtripReencoder
                .parse_import_section(&mut imports, section.clone())
                .map_err(|error| error.to_string())?,
            Payload::ExportSection(section) => {
                let mut exports = ExportSection::new();
                for export in section.clone() {
                    let export = export.map_err(|error| error.to_string())?;
                    if ![MEMORY, REALLOC].contains(&export.name) {
                        let written = RoundtripReencoder.parse_export(&mut exports, export);
                        written.map_err(|error| error.to_string())?;
                    }
                }
                module.section(&exports);
            }
            Payload::MemorySection(_) | Payload::DataCountSection { .. } | Payload::DataSection(_) => {}
            _ => {
                if let Payload::FunctionSection(_) = payload {
                    // Here imports stand, also of a module that has had none.
                    imports.import(MEMORY, MEMORY, wasm_encoder::MemoryType::from(linked.memory));
                    module.section(&imports);
                }
                if let Some((id, range)) = payload.as_section() {
                    let data = linked.bytes.get(range).ok_or("a section lies outside of the module")?;
                    module.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok(module.finish())
}
