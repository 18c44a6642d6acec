//! The functions that are called natively, compared with `wit/`.

use super::linecard::FUNCTIONS;
use std::collections::BTreeSet;
use wit_parser::{Resolve, Type, TypeDefKind};

/// `name(types) -> type`, from the WIT files themselves.
fn described(resolve: &Resolve, package: &str) -> BTreeSet<String> {
    let interface = resolve.interfaces.iter().find(|(_, interface)| interface.name.as_deref() == Some(package));
    let (_, interface) = interface.unwrap();
    let functions = interface.functions.values().map(|function| {
        let types = function.params.iter().map(|parameter| word(resolve, &parameter.ty)).collect::<Vec<_>>();
        let answer = function.result.map_or_else(|| "none".to_owned(), |answer| word(resolve, &answer));
        format!("{}({}) -> {answer}", function.name, types.join(" "))
    });
    functions.collect()
}

fn word(resolve: &Resolve, of: &Type) -> String {
    match of {
        Type::String => "string".into(),
        Type::U32 => "u32".into(),
        Type::Bool => "bool".into(),
        Type::Id(id) => match &resolve.types[*id].kind {
            TypeDefKind::Type(of) => word(resolve, of),
            TypeDefKind::Record(_) => resolve.types[*id].name.as_deref().unwrap_or_default().replace('-', "_"),
            TypeDefKind::Result(result) => result.ok.map_or_else(|| "none".into(), |ok| word(resolve, &ok)),
            other => panic!("{other:?} cannot cross natively yet"),
        },
        other => panic!("{other:?} cannot cross natively yet"),
    }
}

#[test]
fn the_native_functions_are_those_of_wit() {
    let mut resolve = Resolve::default();
    let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
    let packages: BTreeSet<&str> = FUNCTIONS.iter().map(|(package, ..)| *package).collect();
    resolve.push_path(format!("{wit}/plugin")).unwrap();
    for package in packages {
        resolve.push_path(format!("{wit}/{package}")).unwrap();
        let here = FUNCTIONS.iter().filter(|(owner, ..)| *owner == package).map(|(_, name, types, answer)| {
            let types = types.iter().map(|of| if *of == "str" { "string" } else { of }).collect::<Vec<_>>();
            format!("{name}({}) -> {answer}", types.join(" "))
        });
        assert_eq!(here.collect::<BTreeSet<_>>(), described(&resolve, package), "linecard:{package}");
    }
}
