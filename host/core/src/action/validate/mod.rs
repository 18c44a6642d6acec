//! What a description must hold together by itself, before anything is linked or routed. Looks at one description
//! alone; clashes with other plugins are found when a tenant's routes are made.

mod action;
mod bounds;
mod fit;
mod surface;
#[cfg(test)]
mod tests;

pub use bounds::DESCRIPTION_BYTES;

use super::{Action, ActionKind, Description, Shape, Stands, Surface};

impl Description {
    /// Refuses descriptions that could not be applied, naming the first thing that is wrong.
    pub fn validate(&self) -> Result<(), String> {
        self.check_bounds()?;
        self.surfaces.iter().try_for_each(surface::check)?;
        self.actions.iter().try_for_each(action::check)?;
        for own in &self.surfaces {
            self.actions
                .iter()
                .filter(|action| action.surface == own.name)
                .try_for_each(|action| own.admits(action))?;
        }
        self.actions.iter().try_for_each(|action| self.begins(action))?;
        let mut names: Vec<_> = self.actions.iter().map(|action| (&action.surface, &action.name)).collect();
        names.sort();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("action {}/{} is described twice", pair[0].0, pair[0].1));
        }
        Ok(())
    }

    /// Refuses a body that begins with what cannot be asked for each call as it is: that action answers the same callers
    /// with an object, takes nothing and keeps nothing.
    fn begins(&self, action: &Action) -> Result<(), String> {
        let Some(name) = action.cache.as_ref().and_then(|rule| rule.begin.as_ref()) else { return Ok(()) };
        let fits = |other: &Action| {
            other.surface == action.surface
                && other.name == *name
                && other.kind == ActionKind::Read
                && other.roles == action.roles
                && other.parameters.is_empty()
                && other.cache.is_none()
                && matches!(other.reply.shape, Shape::Object | Shape::Any)
        };
        match self.actions.iter().any(fits) {
            true => Ok(()),
            false => Err(format!(
                "action {}/{}: its body begins with what {name} answers: an action beside it that reads, for the same roles, \
                 without parameters and cache rule, and answers with an object",
                action.surface, action.name
            )),
        }
    }
}

/// Asks for the plan instead of the effect.
pub const DRY_RUN: &str = "dry_run";
/// Makes a repeat of a write get the first answer.
pub const IDEMPOTENCY_KEY: &str = "idempotency_key";
/// The columns of the reply.
pub const SHOW_COLUMNS: &str = "show_columns";
/// Those that are not wanted.
pub const HIDE_COLUMNS: &str = "hide_columns";

/// Parameters of every action, which the host reads for itself.
pub const HOST_PARAMETERS: [&str; 4] = [DRY_RUN, IDEMPOTENCY_KEY, SHOW_COLUMNS, HIDE_COLUMNS];

/// Headers in which callers show who they are: no guest is given them.
const OF_CALLERS: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "x-csrf-token"];

impl Surface {
    /// Refuses an action that would be given what the surface's callers show of themselves, or what is the host's: none
    /// of its parameters may be called like that. Other names are the action's own: a `password` that an admin sets is
    /// not a credential where callers show an API key.
    pub fn admits(&self, action: &Action) -> Result<(), String> {
        let wrong = |what: String| Err(format!("action {}/{}: {what}", action.surface, action.name));
        let cookie = self.session_cookie();
        for (name, parameter) in &action.parameters {
            let shows_caller = match &parameter.stands {
                Some(Stands::Header(header)) => OF_CALLERS.iter().any(|taken| header.eq_ignore_ascii_case(taken)),
                Some(Stands::Cookie(named)) => cookie == Some(named),
                _ => false,
            };
            if shows_caller {
                return wrong(format!("parameter {name}: callers show by that header or cookie who they are"));
            }
        }
        let is_taken = |name: &&str| self.credential_parameters().any(|taken| taken == *name);
        for (name, parameter) in &action.parameters {
            let flat = parameter.members.keys().filter(|_| parameter.flat);
            let names = || std::iter::once(name).chain(&parameter.aliases).chain(flat.clone()).map(String::as_str);
            if let Some(name) = names().find(is_taken) {
                let whose = "callers of this surface show by it who they are";
                return wrong(format!("no parameter may be named {name}: {whose}"));
            }
            if let Some(name) = names().find(|name| HOST_PARAMETERS.contains(name)) {
                return wrong(format!("no parameter may be named {name}: the host reads it for every action"));
            }
        }
        Ok(())
    }
}
