//! The first module: the memory, what stands in it at the beginning, and `cabi_realloc` with the functions that
//! it calls.
//!
//! The data must be here: what the owner of a memory puts into it is an image that the engine maps, what another module
//! puts into it is copied each time an instance is made. The functions are copies. The main module keeps its own, and
//! both work on the one heap whose state lies in the memory, so that what one hands out the other takes back.

use super::linked::{Linked, MEMORY, REALLOC};
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, ExportKind, ExportSection, FunctionSection, MemorySection, Module, RawSection};
use wasmparser::{Parser, Payload};

/// The module's bytes.
///
/// # Errors
/// When `cabi_realloc` needs more than the memory: a function of the host, a table, a global such as the stack pointer. The
/// host calls it in the middle of a call of the main module, whose stack a second pointer would write over.
pub(super) fn written(linked: &Linked<'_>) -> Result<Vec<u8>, String> {
    let mut moved = Moved { imported: linked.imported, functions: vec![linked.realloc] };
    let mut code = CodeSection::new();
    let mut functions = FunctionSection::new();
    let mut next = 0;
    // Writing one finds those that it calls.
    while let Some(function) = moved.functions.get(next) {
        let own = function.checked_sub(linked.imported).map_or(usize::MAX, |own| own as usize);
        let (Some(body), Some(kind)) = (linked.bodies.get(own), linked.types.get(own)) else {
            return Err(format!("its {REALLOC} is imported"));
        };
        functions.function(*kind);
        moved.parse_function_body(&mut code, body.clone()).map_err(|error| format!("its {REALLOC} needs {error}"))?;
        next += 1;
    }
    let mut memories = MemorySection::new();
    memories.memory(linked.memory.into());
    let mut exports = ExportSection::new();
    exports.export(MEMORY, ExportKind::Memory, 0).export(REALLOC, ExportKind::Func, 0);
    let mut module = Module::new();
    copy(linked, |payload| matches!(payload, Payload::TypeSection(_)), &mut module)?;
    module.section(&functions).section(&memories).section(&exports).section(&code);
    copy(linked, |payload| matches!(payload, Payload::DataSection(_)), &mut module)?;
    Ok(module.finish())
}

/// The section of the linked module as it is, if it has one.
fn copy(linked: &Linked<'_>, which: impl Fn(&Payload<'_>) -> bool, module: &mut Module) -> Result<(), String> {
    for payload in Parser::new(0).parse_all(linked.bytes) {
        let payload = payload.map_err(|error| error.to_string())?;
        if let (true, Some((id, range))) = (which(&payload), payload.as_section()) {
            let data = linked.bytes.get(range).ok_or("a section lies outside of the module")?;
            module.section(&RawSection { id, data });
        }
    }
    Ok(())
}

/// The functions that are copied, by their numbers in the linked module, in the order of their new ones.
struct Moved {
    imported: u32,
    functions: Vec<u32>,
}

impl Reencode for Moved {
    /// What cannot be copied.
    type Error = &'static str;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        if function < self.imported {
            return Err(Error::UserError("a function of the host"));
        }
        let known = self.functions.iter().position(|known| *known == function);
        let position = known.unwrap_or_else(|| {
            self.functions.push(function);
            self.functions.len() - 1
        });
        u32::try_from(position).map_err(|_| Error::UserError("too many functions"))
    }

    fn global_index(&mut self, _: u32) -> Result<u32, Error<Self::Error>> {
        Err(Error::UserError("a global"))
    }

    fn table_index(&mut self, _: u32) -> Result<u32, Error<Self::Error>> {
        Err(Error::UserError("a table"))
    }

    fn data_index(&mut self, _: u32) -> Result<u32, Error<Self::Error>> {
        Err(Error::UserError("a piece of data"))
    }

    fn element_index(&mut self, _: u32) -> Result<u32, Error<Self::Error>> {
        Err(Error::UserError("a piece of a table"))
    }
}
