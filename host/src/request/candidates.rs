//! What arguments of commands may be, for the completion of command lines: what the shipped plugins describe. What a
//! tenant has besides, only its panel knows; a key that is pressed asks no panel.

use crate::shipped::descriptions;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use host_core::action::{Action, Form, Parameter};
use std::ffi::OsStr;

/// Completes `SURFACE/ACTION`.
pub(super) fn actions() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let begun = current.to_string_lossy();
        let named = shipped().into_iter().map(|action| (format!("{}/{}", action.surface, action.name), action.summary));
        let fitting = named.filter(|(name, _)| name.starts_with(&*begun));
        fitting.map(|(name, summary)| CompletionCandidate::new(name).help(Some(summary.into()))).collect()
    })
}

/// Completes the name of a surface.
pub(super) fn surfaces() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let begun = current.to_string_lossy();
        let described = descriptions().unwrap_or_default();
        let names = described.into_iter().flat_map(|(_, own)| own.surfaces).map(|surface| surface.name);
        names.filter(|name| name.starts_with(&*begun)).map(CompletionCandidate::new).collect()
    })
}

/// Completes `KEY=` of the action that stands before it on the command line, and its value where there is a choice.
pub(super) fn parameters() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let begun = current.to_string_lossy();
        let typed: Vec<_> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
        let is_asked =
            |action: &Action| typed.iter().any(|word| word.split_once('/') == Some((&*action.surface, &*action.name)));
        let asked = shipped().into_iter().filter(is_asked);
        asked
            .flat_map(|action| action.parameters)
            .flat_map(|(name, parameter)| candidates(&name, &parameter, &begun))
            .collect()
    })
}

fn candidates(name: &str, parameter: &Parameter, begun: &str) -> Vec<CompletionCandidate> {
    let help = |text: String| CompletionCandidate::new(text).help(Some(parameter.summary.clone().into()));
    if !begun.starts_with(&format!("{name}=")) {
        let key = format!("{name}=");
        return key.starts_with(begun).then(|| help(key)).into_iter().collect();
    }
    let choices = match parameter.form {
        Form::Flag => vec!["0".to_owned(), "1".to_owned()],
        _ => parameter.one_of.clone(),
    };
    let values = choices.into_iter().map(|choice| format!("{name}={choice}"));
    values.filter(|value| value.starts_with(begun)).map(help).collect()
}

fn shipped() -> Vec<Action> {
    descriptions().unwrap_or_default().into_iter().flat_map(|(_, description)| description.actions).collect()
}
