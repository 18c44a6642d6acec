//! How large a description may be: what the host compares for every request, shows to people or keeps for every
//! tenant has a bound, so that no file is a burden by itself.

use crate::action::{
    Action, Credential, Description, Envelope, Field, Parameter, RefusalRule, Selector, Stands, Surface, Template,
    VERSION,
};

/// Bytes of a description as it stands in a plugin file.
pub const DESCRIPTION_BYTES: usize = 1 << 20;

const NAME: usize = 64;
const SENTENCE: usize = 1_024;
const PATH: usize = 256;
const FIXED_BODY: usize = 16 << 10;
const DEFAULT_BYTES: usize = 4 << 10;

impl Description {
    /// Refuses another version than this host reads, and what is more or longer than a description may have, naming
    /// it.
    pub(super) fn check_bounds(&self) -> Result<(), String> {
        if self.version != VERSION {
            return Err(format!("its description has version {}; this host reads version {VERSION}", self.version));
        }
        most("surfaces", self.surfaces.len(), 8)?;
        most("actions", self.actions.len(), 256)?;
        self.surfaces.iter().try_for_each(surface)?;
        for surface in &self.surfaces {
            let of_surface = self.actions.iter().filter(|action| action.surface == surface.name);
            let routes = of_surface.map(|action| action.routes.len()).sum::<usize>();
            most("paths of a surface, its routes below each mount,", surface.mounts.len() * routes, 2_048)?;
        }
        self.actions.iter().try_for_each(action)
    }
}

fn surface(surface: &Surface) -> Result<(), String> {
    name("a surface", &surface.name)?;
    let at = |wrong: String| format!("surface {}: {wrong}", surface.name);
    let check = || {
        most("mounts", surface.mounts.len(), 32)?;
        most("refusals", surface.refusals.len(), 64)?;
        for mount in &surface.mounts {
            long("a mount", &mount.path, PATH)?;
            mount.fallback.iter().try_for_each(|action| name("an action", action))?;
        }
        for (code, rule) in &surface.refusals {
            name("a refusal code", code)?;
            rule_fits(rule)?;
        }
        long("its assets", surface.assets.as_deref().unwrap_or_default(), PATH)?;
        most("fallbacks", surface.fallbacks.len(), 64)?;
        for fallback in &surface.fallbacks {
            word("a pattern", &fallback.like)?;
            name("an action", &fallback.action)?;
        }
        most("credentials", surface.credentials.len(), 8)?;
        surface.credentials.iter().try_for_each(credential)?;
        surface.selector.iter().flat_map(Selector::names).try_for_each(|text| word("what selects an action", text))?;
        wraps(&surface.envelope)
    };
    check().map_err(at)
}

fn credential(credential: &Credential) -> Result<(), String> {
    credential.parameters().try_for_each(|text| word("a credential's parameter", text))?;
    let Credential::Session(session) = credential else { return Ok(()) };
    [&session.cookie, &session.bound].into_iter().flatten().try_for_each(|text| token("a cookie", text))
}

fn wraps(envelope: &Envelope) -> Result<(), String> {
    most("other envelopes", envelope.others.len(), 4)?;
    let others = envelope.others.iter().map(|other| &other.refusal);
    [&envelope.success, &envelope.refusal].into_iter().chain(others).try_for_each(template)
}

fn template(template: &Template) -> Result<(), String> {
    most("parts of an envelope", template.parts(), 128)?;
    let bytes = serde_json::to_string(template).map_or(usize::MAX, |text| text.len());
    most("bytes of an envelope", bytes, FIXED_BODY)
}

fn rule_fits(rule: &RefusalRule) -> Result<(), String> {
    long("a status word", rule.word.as_deref().unwrap_or_default(), NAME)?;
    long("a refusal's sentence", rule.message.as_deref().unwrap_or_default(), SENTENCE)?;
    long("a fixed body", rule.body.as_deref().unwrap_or_default(), FIXED_BODY)
}

fn action(action: &Action) -> Result<(), String> {
    name("a surface", &action.surface)?;
    name("an action", &action.name)?;
    let at = |wrong: String| format!("action {}/{}: {wrong}", action.surface, action.name);
    let check = || {
        long("its summary", &action.summary, SENTENCE)?;
        long("its label", &action.label, NAME)?;
        most("effects", action.effects.len(), 16)?;
        action.effects.iter().try_for_each(|effect| long("an effect", effect, SENTENCE))?;
        most("routes", action.routes.len(), 8)?;
        action.routes.iter().try_for_each(|route| long("a route", &route.path, PATH))?;
        action.reply.envelope.iter().try_for_each(template)?;
        most("outcomes", action.reply.outcomes.len(), 5)?;
        let locations = action.reply.outcomes.iter().filter_map(|outcome| outcome.location.as_ref());
        locations.into_iter().try_for_each(|location| long("a location", location, PATH))?;
        let named = [&action.reply.version, &action.reply.cursor];
        named.into_iter().flatten().try_for_each(|text| plain("what its reply names", text))?;
        most("aliases", action.aliases.len(), 16)?;
        action.aliases.iter().try_for_each(|alias| word("an alias", alias))?;
        most("parameters", action.parameters.len(), 128)?;
        most("refusal codes", action.refuses.len(), 64)?;
        action.refuses.iter().try_for_each(|code| name("a refusal code", code))?;
        most("fields", action.reply.fields.len(), 256)?;
        action.does.iter().try_for_each(|verb| name("a kind", verb.kind()))?;
        action.reply.of.iter().try_for_each(|kind| name("a kind", kind))?;
        action.reply.fields.iter().try_for_each(|(name, described)| field(name, described))?;
        most("examples", action.examples.len(), 16)?;
        for example in &action.examples {
            long("an example's summary", &example.summary, SENTENCE)?;
            most("parameters of an example", example.parameters.len(), 128)?;
        }
        action.parameters.iter().try_for_each(|(name, described)| parameter(name, described))
    };
    check().map_err(at)
}

fn parameter(called: &str, parameter: &Parameter) -> Result<(), String> {
    name("a parameter", called)?;
    let at = |wrong: String| format!("parameter {called}: {wrong}");
    let check = || {
        long("its summary", &parameter.summary, SENTENCE)?;
        long("its label", &parameter.label, NAME)?;
        if let Some(Stands::Header(named) | Stands::Cookie(named)) = &parameter.stands {
            token("a header or cookie", named)?;
        }
        most("members", parameter.members.len(), 128)?;
        parameter.members.iter().try_for_each(|(name, member)| self::parameter(name, member))?;
        most("aliases", parameter.aliases.len(), 8)?;
        parameter.aliases.iter().try_for_each(|alias| word("an alias", alias))?;
        most("values of one_of", parameter.one_of.len(), 256)?;
        parameter.one_of.iter().try_for_each(|one| long("a value of one_of", one, 256))?;
        parameter.code.iter().try_for_each(|code| name("a refusal code", code))?;
        let set = [&parameter.sets, &parameter.is, &parameter.not];
        set.into_iter().flatten().try_for_each(|field| plain("what it sets", field))?;
        most("words", parameter.words.len(), 64)?;
        parameter.words.iter().try_for_each(|(own, set)| plain("a word", own).and_then(|()| plain("a word", set)))?;
        let default = parameter.default.as_ref().map_or(0, |default| default.to_string().len());
        if default > DEFAULT_BYTES { Err(format!("its default has more than {DEFAULT_BYTES} bytes")) } else { Ok(()) }
    };
    check().map_err(at)
}

fn field(called: &str, field: &Field) -> Result<(), String> {
    plain("a field", called)?;
    let at = |wrong: String| format!("field {called}: {wrong}");
    let check = || {
        long("its summary", &field.summary, SENTENCE)?;
        most("members", field.members.len(), 128)?;
        field.members.iter().try_for_each(|(name, member)| self::field(name, member))?;
        let of = [&field.of, &field.or, &field.and, &field.is];
        of.into_iter().flatten().try_for_each(|text| plain("what it shows", text))?;
        most("words", field.words.len(), 64)?;
        field.words.iter().try_for_each(|(own, shown)| plain("a word", own).and_then(|()| plain("a word", shown)))
    };
    check().map_err(at)
}

fn most(what: &str, found: usize, most: usize) -> Result<(), String> {
    if found > most { Err(format!("it has {found} {what}; at most {most} are allowed")) } else { Ok(()) }
}

fn long(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.len() > most { Err(format!("{what} has {} bytes; at most {most} are allowed", text.len())) } else { Ok(()) }
}

/// A name of the description's own: it stands in code, grants and logs.
fn name(what: &str, text: &str) -> Result<(), String> {
    let is_clean = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    match (1..=NAME).contains(&text.len()) && is_clean {
        true => Ok(()),
        false => Err(format!("{what} is named with 1 to {NAME} characters of a-z, 0-9 and _, not {}", shown(text))),
    }
}

/// A name that a protocol may have given.
fn word(what: &str, text: &str) -> Result<(), String> {
    match (1..=NAME).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err(format!("{what} has 1 to {NAME} visible ASCII characters, unlike {}", shown(text))),
    }
}

/// A name of a header or a cookie (RFC 9110, token).
fn token(what: &str, text: &str) -> Result<(), String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match (1..=NAME).contains(&text.len()) && text.bytes().all(is_token) {
        true => Ok(()),
        false => Err(format!("{what} is named with 1 to {NAME} letters, digits, - and _, not {}", shown(text))),
    }
}

/// A word that is written into JSON as it is.
fn plain(what: &str, text: &str) -> Result<(), String> {
    word(what, text)?;
    match text.contains(['"', '\\']) {
        true => Err(format!("{what} has no quotation mark and no backslash, unlike {}", shown(text))),
        false => Ok(()),
    }
}

/// A text of a plugin as it may stand in a message.
fn shown(text: &str) -> String {
    let cut: String = text.chars().take(NAME).map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect();
    format!("\"{cut}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_of_another_version_is_refused_by_its_number() {
        let read = |text: &str| serde_json::from_str::<Description>(text).unwrap().check_bounds();
        assert_eq!(read("{}"), Ok(()), "who says nothing means the first");
        assert_eq!(read(r#"{"version":1}"#), Ok(()));
        assert!(read(r#"{"version":2}"#).unwrap_err().contains("version 2; this host reads version 1"));
    }
}
