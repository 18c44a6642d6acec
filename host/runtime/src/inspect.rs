//! Looks into a component before it is compiled: is it well-formed, does it stay within the size limits, and which
//! functions does it import.

use crate::limits;
use crate::log::one_line;
use crate::package_error::{PackageError, QUOTED};
use host_core::grant::Function;
use linecard_package::wasi;
use std::collections::BTreeSet;
use wasmparser::component_types::ComponentEntityType;
use wasmparser::types::TypesRef;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// What a component may consist of, over all its modules. The compiler's work grows with these.
#[derive(Default)]
struct Size {
    functions: usize,
    types: usize,
    exports: usize,
    modules: usize,
    memories: usize,
    /// Pages of memory at the start.
    pages: u64,
    tables: usize,
    /// Elements of tables at the start.
    elements: u64,
    depth: usize,
    deepest: usize,
    largest_body: usize,
}

const MAX_FUNCTIONS: usize = 20_000;
const MAX_TYPES: usize = 10_000;
const MAX_EXPORTS: usize = 1_000;
const MAX_MODULES: usize = 16;
const MAX_DEPTH: usize = 4;

/// What is known of a component once it was checked.
pub(crate) struct Inside {
    /// The functions that it imports, as `linecard:lines/lines.sell`.
    pub(crate) functions: BTreeSet<Function>,
    /// Bytes of its largest function. How many are compiled, the operator decides for each plugin.
    pub(crate) largest_function: usize,
}

/// Checks a component against all limits but that of its functions' size.
pub(crate) fn look(bytes: &[u8]) -> Result<Inside, PackageError> {
    let (names, largest_function) = measure(bytes)?;
    let refused = |name: &&str| wasi::is_wasi(name) && !wasi::is_answered(name);
    let refused: Vec<&str> = names.iter().map(String::as_str).filter(refused).collect();
    if !refused.is_empty() {
        return Err(PackageError::Wasi(one_line(&refused.join(", "), QUOTED)));
    }
    let types = Validator::new_with_features(features()).validate_all(bytes).map_err(invalid)?;
    let types = types.as_ref();
    let mut functions = BTreeSet::new();
    // WASI gives nothing, so it asks for nothing.
    for name in names.iter().filter(|name| !wasi::is_wasi(name)) {
        functions.extend(imported(types, name)?);
    }
    Ok(Inside { functions, largest_function })
}

/// The functions of one imported interface. Types alone (those of `linecard:plugin/actions`) ask for nothing.
fn imported(types: TypesRef<'_>, name: &str) -> Result<Vec<Function>, PackageError> {
    let foreign = || PackageError::Foreign(one_line(name, QUOTED));
    if !name.starts_with("linecard:") {
        return Err(foreign());
    }
    let item = types.component_item_for_import(name).ok_or_else(foreign)?;
    let ComponentEntityType::Instance(instance) = item.ty else { return Err(foreign()) };
    let interface = name.split('@').next().unwrap_or(name);
    let mut functions = Vec::new();
    for (export, item) in &types[instance].exports {
        match item.ty {
            ComponentEntityType::Func(_) => functions.push(Function(format!("{interface}.{export}"))),
            ComponentEntityType::Type { .. } => {}
            _ => return Err(PackageError::Foreign(one_line(&format!("{interface}.{export}"), QUOTED))),
        }
    }
    Ok(functions)
}

/// Counts what is in it; returns the names of its imports and the bytes of its largest function.
fn measure(bytes: &[u8]) -> Result<(Vec<String>, usize), PackageError> {
    let mut size = Size::default();
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(invalid)? {
            Payload::ModuleSection { .. } => {
                size.modules += 1;
                size.enter();
            }
            Payload::ComponentSection { .. } => size.enter(),
            Payload::End(_) => size.depth = size.depth.saturating_sub(1),
            Payload::TypeSection(section) => size.types += section.count() as usize,
            Payload::ComponentTypeSection(section) => size.types += section.count() as usize,
            Payload::CoreTypeSection(section) => size.types += section.count() as usize,
            Payload::FunctionSection(section) => size.functions += section.count() as usize,
            Payload::ExportSection(section) => size.exports += section.count() as usize,
            Payload::ComponentExportSection(section) => size.exports += section.count() as usize,
            Payload::MemorySection(section) => {
                for memory in section {
                    size.memories += 1;
                    size.pages = size.pages.saturating_add(memory.map_err(invalid)?.initial);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    size.tables += 1;
                    size.elements = size.elements.saturating_add(table.map_err(invalid)?.ty.initial);
                }
            }
            Payload::CodeSectionEntry(body) => size.largest_body = size.largest_body.max(body.range().len()),
            Payload::ComponentImportSection(section) if size.depth == 0 => {
                for import in section {
                    imports.push(import.map_err(invalid)?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    size.check()?;
    Ok((imports, size.largest_body))
}

impl Size {
    fn enter(&mut self) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }

    fn check(&self) -> Result<(), PackageError> {
        for (what, found, most) in [
            ("functions", self.functions, MAX_FUNCTIONS),
            ("types", self.types, MAX_TYPES),
            ("exports", self.exports, MAX_EXPORTS),
            ("core modules", self.modules, MAX_MODULES),
            ("levels of nesting", self.deepest, MAX_DEPTH),
            ("memories", self.memories, limits::MEMORIES as usize),
            ("pages of memory at the start", saturated(self.pages), limits::MEMORY_BYTES >> 16),
            ("tables", self.tables, limits::TABLES as usize),
            ("table elements at the start", saturated(self.elements), limits::TABLE_ELEMENTS),
        ] {
            if found > most {
                return Err(PackageError::Limit { what, found, most });
            }
        }
        Ok(())
    }
}

/// What the engine runs: the standard without 64-bit and shared memories, threads, garbage collection and what is
/// not yet standard.
fn features() -> WasmFeatures {
    WasmFeatures::WASM2 | WasmFeatures::COMPONENT_MODEL | WasmFeatures::TAIL_CALL | WasmFeatures::EXTENDED_CONST
}

fn saturated(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn invalid(error: wasmparser::BinaryReaderError) -> PackageError {
    PackageError::Invalid(one_line(error.message(), QUOTED))
}
