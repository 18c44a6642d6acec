//! The component around the two modules. What stands in it of types, imports and exports is copied; what
//! made instances of core modules, and took functions from them, is written anew, by the numbering of the binary format of the
//! component model (its `Binary` document): each kind of thing is numbered in the order of its definition.

use super::linked::{MEMORY, REALLOC};
use crate::module::outermost;
use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent};
use wasm_encoder::{
    Alias, CanonicalFunctionSection, Component, ComponentAliasSection, ComponentSectionId, ExportKind, InstanceSection,
    ModuleArg, RawSection,
};
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentAliasSectionReader, ComponentCanonicalSectionReader, Export,
    ExternalKind, Instance, Payload,
};

/// wit-component's modules, as it numbers them: the plugin's own, and those that stand between it and the host. The
/// shim has a function under a number for each of the host's, the fix-up is given them under the same numbers.
const LINKED: u32 = 0;
const SHIM: u32 = 1;
const FIX_UP: u32 = 2;

/// The modules that are written.
const MEMORY_MODULE: u32 = 0;
const MAIN_MODULE: u32 = 1;

/// The component of the memory module and the main module, from what wit-component encoded.
pub(super) fn written(encoded: &[u8], modules: &[Vec<u8>; 2]) -> Result<Vec<u8>, String> {
    let mut wiring = Wiring::default();
    for payload in outermost(encoded) {
        let payload = payload?;
        match payload {
            Payload::ModuleSection { .. } => wiring.begin(modules),
            Payload::InstanceSection(section) => {
                for instance in section {
                    wiring.instances.push(instance.map_err(|error| error.to_string())?);
                }
            }
            Payload::ComponentAliasSection(section) => wiring.aliases(section)?,
            Payload::ComponentCanonicalSection(section) => wiring.canonicals(section)?,
            // The numbers in it are no longer those of what it names.
            Payload::CustomSection(section) if section.name() == "component-name" => {}
            _ => {
                if let Some((id, range)) = payload.as_section() {
                    let data = encoded.get(range).ok_or("a section lies outside of the component")?;
                    wiring.component.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok(wiring.component.finish())
}

/// What has been read and what has been written.
#[derive(Default)]
struct Wiring<'a> {
    component: Component,
    /// The core instances that were read.
    instances: Vec<Instance<'a>>,
    /// The core functions that were read.
    functions: Vec<Function<'a>>,
    /// How many core functions were written.
    count: u32,
    /// The number of the main module's instance, once it is written.
    main: Option<u32>,
}

/// What became of a core function.
enum Function<'a> {
    /// It was written, and has this number.
    Written(u32),
    /// It leads through the shim, under this name.
    Shim(&'a str),
}

impl<'a> Wiring<'a> {
    /// Writes the modules and the first instance, with memory 0 and function 0.
    fn begin(&mut self, modules: &[Vec<u8>; 2]) {
        if self.count > 0 {
            return;
        }
        for module in modules {
            self.component.section(&RawSection { id: ComponentSectionId::CoreModule.into(), data: module });
        }
        let mut instances = InstanceSection::new();
        instances.instantiate(MEMORY_MODULE, std::iter::empty::<(&str, ModuleArg)>());
        self.component.section(&instances);
        let mut aliases = ComponentAliasSection::new();
        for (kind, name) in [(ExportKind::Memory, MEMORY), (ExportKind::Func, REALLOC)] {
            aliases.alias(Alias::CoreInstanceExport { instance: 0, kind, name });
        }
        self.component.section(&aliases);
        self.count = 1;
    }

    /// Aliases of what the component imports are copied; of those of core instances only the main module's remain.
    fn aliases(&mut self, section: ComponentAliasSectionReader<'a>) -> Result<(), String> {
        let mut aliases = ComponentAliasSection::new();
        for alias in section {
            let alias = alias.map_err(|error| error.to_string())?;
            let ComponentAlias::CoreInstanceExport { kind, instance_index, name } = alias else {
                aliases.alias(self.component_alias(alias).map_err(|error| error.to_string())?);
                continue;
            };
            if kind != ExternalKind::Func {
                // The memory is still number 0, and the shim's table is gone.
                continue;
            }
            let function = match (self.module(instance_index), name) {
                (Some(SHIM), _) => Function::Shim(name),
                (Some(LINKED), REALLOC) => Function::Written(0),
                (Some(LINKED), _) => {
                    self.flush(&mut aliases);
                    let instance = self.main()?;
                    aliases.alias(Alias::CoreInstanceExport { instance, kind: ExportKind::Func, name });
                    Function::Written(self.next())
                }
                _ => return Err(format!("its {name} is of an instance that is not known")),
            };
            self.functions.push(function);
        }
        self.flush(&mut aliases);
        Ok(())
    }

    fn canonicals(&mut self, section: ComponentCanonicalSectionReader<'_>) -> Result<(), String> {
        let mut canonicals = CanonicalFunctionSection::new();
        for canonical in section {
            let canonical = canonical.map_err(|error| error.to_string())?;
            let is_core = !matches!(canonical, CanonicalFunction::Lift { .. });
            self.parse_component_canonical(&mut canonicals, canonical).map_err(|error| error.to_string())?;
            if is_core {
                let number = self.next();
                self.functions.push(Function::Written(number));
            }
        }
        self.component.section(&canonicals);
        Ok(())
    }

    fn flush(&mut self, aliases: &mut ComponentAliasSection) {
        if !aliases.is_empty() {
            self.component.section(&std::mem::take(aliases));
        }
    }

    /// The number of the core function that is written next.
    fn next(&mut self) -> u32 {
        self.count += 1;
        self.count - 1
    }

    /// The instance of the main module, made when it is first needed: by then every function of the host is lowered.
    fn main(&mut self) -> Result<u32, String> {
        if let Some(main) = self.main {
            return Ok(main);
        }
        let mut instances = InstanceSection::new();
        let mut given = vec![(MEMORY, ModuleArg::Instance(0))];
        for (position, (name, instance)) in (1..).zip(self.arguments(LINKED)) {
            let functions = self.bundle(instance)?.iter().map(|export| Ok((export.name, self.number(export.index)?)));
            let functions = functions.collect::<Result<Vec<_>, String>>()?;
            instances.export_items(functions.into_iter().map(|(name, number)| (name, ExportKind::Func, number)));
            given.push((name, ModuleArg::Instance(position)));
        }
        let main = 1 + instances.len();
        instances.instantiate(MAIN_MODULE, given);
        self.component.section(&instances);
        self.main = Some(main);
        Ok(main)
    }

    /// The module of an instance that was read, unless it is a bundle of other things.
    fn module(&self, instance: u32) -> Option<u32> {
        match self.instances.get(instance as usize)? {
            Instance::Instantiate { module_index, .. } => Some(*module_index),
            Instance::FromExports(_) => None,
        }
    }

    /// What the instance of a module was given, by name; nothing, when there is none.
    fn arguments(&self, module: u32) -> Vec<(&'a str, u32)> {
        let of_module = |instance: &Instance<'a>| match instance {
            Instance::Instantiate { module_index, args } if *module_index == module => {
                Some(args.iter().map(|argument| (argument.name, argument.index)).collect())
            }
            _ => None,
        };
        self.instances.iter().find_map(of_module).unwrap_or_default()
    }

    /// The exports that were bundled to an instance.
    fn bundle(&self, instance: u32) -> Result<&[Export<'a>], String> {
        match self.instances.get(instance as usize) {
            Some(Instance::FromExports(exports)) => Ok(exports),
            _ => Err("an instance is given more than functions of the host".into()),
        }
    }

    /// The new number of a core function; behind the shim, that of what the fix-up was given in its place.
    fn number(&self, function: u32) -> Result<u32, String> {
        let unknown = || format!("its core function {function} leads nowhere");
        match self.functions.get(function as usize).ok_or_else(unknown)? {
            Function::Written(number) => Ok(*number),
            Function::Shim(name) => {
                let given = self.arguments(FIX_UP);
                let (_, instance) = given.first().ok_or_else(unknown)?;
                let export = self.bundle(*instance)?.iter().find(|export| export.name == *name);
                match self.functions.get(export.ok_or_else(unknown)?.index as usize) {
                    Some(Function::Written(number)) => Ok(*number),
                    _ => Err(unknown()),
                }
            }
        }
    }
}

/// Core functions change their numbers, and nothing else does.
impl Reencode for Wiring<'_> {
    type Error = String;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<String>> {
        self.number(function).map_err(Error::UserError)
    }
}

impl ReencodeComponent for Wiring<'_> {}
