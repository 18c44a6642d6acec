//! A module as the linker made it, as far as dividing it needs to know.

use wasmparser::{
    BinaryReaderError, DataKind, DataSectionReader, ExportSectionReader, ExternalKind, FunctionBody, Global,
    MemoryType, Operator, Parser, Payload, TypeRef,
};

/// The export that is the memory, in modules as the linker makes them and in what they are divided into.
pub(super) const MEMORY: &str = "memory";

/// The export that makes room in the guest's memory, by the name that the tools of the canonical ABI gave it.
pub(super) const REALLOC: &str = "cabi_realloc";

/// The export that says where stack and data end.
const HEAP_BASE: &str = "__heap_base";

/// Bytes of heap that the memory begins with: an ordinary call does not ask the host for more.
const LEAST_HEAP: u64 = 8 * 1_024;

const PAGE: u64 = 65_536;

/// A linked module.
pub(super) struct Linked<'a> {
    /// All of it.
    pub(super) bytes: &'a [u8],
    /// Its one memory, with room for a heap.
    pub(super) memory: MemoryType,
    /// The number of its `cabi_realloc`.
    pub(super) realloc: u32,
    /// How many functions it imports; the numbers of its own begin there.
    pub(super) imported: u32,
    /// The types of its own functions.
    pub(super) types: Vec<u32>,
    /// The bodies of its own functions.
    pub(super) bodies: Vec<FunctionBody<'a>>,
}

/// What it exports by the names that matter here.
#[derive(Default)]
struct Exports {
    realloc: Option<u32>,
    heap_base: Option<u32>,
}

impl<'a> Linked<'a> {
    /// Reads a module that has been validated.
    ///
    /// # Errors
    /// When it has not exactly one memory of its own, no `cabi_realloc`, a start function, or data that is not in its memory from the
    /// beginning.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Linked<'a>, String> {
        let (mut memories, mut globals, mut exports) = (Vec::new(), Vec::new(), Exports::default());
        let (mut imported, mut types, mut bodies) = (0, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(invalid)? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        if !matches!(import.map_err(invalid)?.ty, TypeRef::Func(_)) {
                            return Err("it imports other things than functions".into());
                        }
                        imported += 1;
                    }
                }
                Payload::FunctionSection(section) => types = all(section)?,
                Payload::MemorySection(section) => memories = all(section)?,
                Payload::GlobalSection(section) => globals = all(section)?,
                Payload::ExportSection(section) => exports = named(section)?,
                Payload::DataSection(section) if has_passive(section.clone())? => {
                    return Err("it has data that is not in its memory from the beginning".into());
                }
                Payload::StartSection { .. } => return Err("it has a start function".into()),
                Payload::CodeSectionEntry(body) => bodies.push(body),
                _ => {}
            }
        }
        let [mut memory] = memories[..] else { return Err(format!("it has {} memories", memories.len())) };
        let realloc = exports.realloc.ok_or(format!("it exports no {REALLOC}"))?;
        if let Some(base) = exports.heap_base.and_then(|global| constant(globals.get(global as usize)?)) {
            memory.initial = memory.initial.max((base + LEAST_HEAP).div_ceil(PAGE));
        }
        Ok(Linked { bytes, memory, realloc, imported, types, bodies })
    }
}

fn all<'a, T: wasmparser::FromReader<'a>>(section: wasmparser::SectionLimited<'a, T>) -> Result<Vec<T>, String> {
    section.into_iter().collect::<Result<_, _>>().map_err(invalid)
}

fn has_passive(section: DataSectionReader<'_>) -> Result<bool, String> {
    Ok(all(section)?.iter().any(|data| matches!(data.kind, DataKind::Passive)))
}

fn named(section: ExportSectionReader<'_>) -> Result<Exports, String> {
    let mut exports = Exports::default();
    for export in all(section)? {
        match (export.name, export.kind) {
            (REALLOC, ExternalKind::Func) => exports.realloc = Some(export.index),
            (HEAP_BASE, ExternalKind::Global) => exports.heap_base = Some(export.index),
            _ => {}
        }
    }
    Ok(exports)
}

/// The value of a global that is an address.
fn constant(global: &Global<'_>) -> Option<u64> {
    match global.init_expr.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Some(u64::from(value.cast_unsigned())),
        _ => None,
    }
}

fn invalid(error: BinaryReaderError) -> String {
    error.to_string()
}
