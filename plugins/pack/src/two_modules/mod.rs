//! A component whose functions of the host are lowered straight into the module that calls them.
//!
//! Lowering a function needs a memory, and the memory is that of the module that is to be given the function. wit-component
//! gets out of this by a second module, through whose table each call goes, and a third that fills the table when the
//! memory is there. Here the linked module is divided instead: the first part owns the memory, so that it is there before
//! any function is lowered; the second has all the rest, and is given memory and functions. No other
//! instance is made, and none runs anything at the beginning.

mod linked;
mod main_module;
mod memory_module;
mod wiring;

use crate::module::outermost;
use linked::Linked;
use wasmparser::{Payload, Validator};

/// The same component with a divided module, from one that wit-component has encoded.
///
/// # Errors
/// When the module has more or less than a memory of its own that begins with all its data, no `cabi_realloc`, or one that
/// needs more than the memory.
pub(crate) fn two_modules(encoded: &[u8]) -> Result<Vec<u8>, String> {
    let mut linked = None;
    for payload in outermost(encoded) {
        if let Payload::ModuleSection { unchecked_range, .. } = payload? {
            linked = encoded.get(unchecked_range);
            // The first is the plugin's own.
            break;
        }
    }
    let modules = divided(linked.ok_or("there is no module in it")?)?;
    let component = wiring::written(encoded, &modules)?;
    Validator::new().validate_all(&component).map_err(|error| error.to_string())?;
    Ok(component)
}

/// The memory module and the main module.
fn divided(linked: &[u8]) -> Result<[Vec<u8>; 2], String> {
    let linked = Linked::read(linked)?;
    Ok([memory_module::written(&linked)?, main_module::written(&linked)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = r#"(module
        (import "host" "tell" (func $tell))
        (memory (export "memory") 1)
        (global $stack (mut i32) (i32.const 1024))
        (global (export "__heap_base") i32 (i32.const 57344))
        (table 1 funcref)
        (func $grown (result i32) (memory.grow (i32.const 1)))
        (func (export "handle") (result i32) (i32.load (i32.const 8)))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $grown))
        (data (i32.const 8) "here"))"#;

    fn divided_with(from: &str, to: &str) -> Result<[String; 2], String> {
        assert!(MODULE.contains(from));
        let modules = divided(&wat::parse_str(MODULE.replace(from, to)).unwrap())?;
        Ok(modules.map(|module| {
            Validator::new().validate_all(&module).unwrap();
            wasmprinter::print_bytes(module).unwrap()
        }))
    }

    #[test]
    fn the_first_module_has_the_memory_and_what_makes_room_in_it() {
        let [memory, main] = divided_with("", "").unwrap();
        for part in ["(memory (;0;) 1)", "(export \"cabi_realloc\"", "memory.grow", "here"] {
            assert!(memory.contains(part), "{part} in {memory}");
        }
        assert!(!memory.contains("import") && !memory.contains("i32.load"), "{memory}");
        for part in
            ["(import \"memory\" \"memory\" (memory (;0;) 1))", "(export \"handle\"", "(import \"host\" \"tell\""]
        {
            assert!(main.contains(part), "{part} in {main}");
        }
        assert!(!main.contains("here") && !main.contains("(export \"cabi_realloc\""), "{main}");
    }

    #[test]
    fn the_memory_begins_with_room_for_a_heap() {
        let [memory, _] = divided_with("57344", "57345").unwrap();
        assert!(memory.contains("(memory (;0;) 2)"), "{memory}");
    }

    #[test]
    fn what_cannot_be_divided_is_refused_by_name() {
        for (from, to, why) in [
            ("(memory.grow (i32.const 1))", "(call $tell) (i32.const 0)", "a function of the host"),
            ("(memory.grow (i32.const 1))", "(global.get $stack)", "a global"),
            ("(memory.grow (i32.const 1))", "(call_indirect (result i32) (i32.const 0))", "a table"),
            ("\"cabi_realloc\"", "\"malloc\"", "exports no cabi_realloc"),
            ("(data (i32.const 8)", "(data", "data that is not in its memory"),
            ("(memory (export \"memory\") 1)", "(memory (export \"memory\") 1) (start $tell)", "a start function"),
        ] {
            let refused = divided_with(from, to).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
