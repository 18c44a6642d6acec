//! One call of an action, as the author sees it: typed parameters, who calls, how the request came. The host has
//! parsed, coerced and checked everything.

#[cfg(target_arch = "wasm32")]
use crate::Plugin;
use crate::{Refusal, Reply};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// One call. `P` is the action's struct in the crate's `parameters` module.
#[derive(Deserialize)]
#[serde(bound = "P: DeserializeOwned")]
pub struct Call<P> {
    /// The surface it came through.
    pub surface: String,
    /// The action's name there, also when it was called by an alias.
    pub action: String,
    /// The name that was asked for, where no action has it and this one answers in its place.
    #[serde(default)]
    pub asked: Option<String>,
    /// The parameters, complete with defaults.
    pub parameters: P,
    /// What the tenant has set for this plugin.
    #[serde(default)]
    pub settings: PluginSettings,
    /// Who calls.
    #[serde(default)]
    pub caller: Caller,
    /// How the request came.
    #[serde(default)]
    pub request: Request,
    /// Nothing will be committed; the caller wants to see what would be.
    #[serde(default)]
    pub dry_run: bool,
}

/// What the tenant has set for a plugin by `linecard plugin settings`: an object that only the
/// plugin knows the meaning of. A kept body is kept under it, so that a build may read it too.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct PluginSettings(Option<Box<RawValue>>);

impl PluginSettings {
    /// The settings in the author's type, from `{}` when nothing is set: a type with
    /// `#[serde(default)]` fits always. Settings that do not fit end the call as a fault, with
    /// the reason in the plugin's log, where the operator who set them finds it.
    pub fn read<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_str(self.0.as_ref().map_or("{}", |settings| settings.get())) {
            Ok(settings) => settings,
            Err(error) => crate::fault(&format!("The settings do not fit: {error}.")),
        }
    }
}

/// Who calls. While a kept body is built nobody does: the body belongs to its key.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Caller {
    /// As what.
    pub role: Role,
    /// The user's id, if it is one.
    pub user: Option<u32>,
    /// The line's id, if it is one.
    pub line: Option<u32>,
}

/// What a caller may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Nobody signed in.
    #[default]
    Stranger,
    /// A line.
    Line,
    /// A reseller.
    Reseller,
    /// An admin, or the panel itself.
    Admin,
}

/// How the request came.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Request {
    /// The request's id, as it stands in logs and envelopes.
    pub id: String,
    /// `http` or `https`.
    pub scheme: String,
    /// The host as the client should use it, without port.
    pub host: String,
    /// The port that the client used.
    pub port: u16,
    /// The client's address.
    pub address: String,
    /// The client's `User-Agent`.
    pub agent: String,
    /// Unix seconds; the same all through the call and its re-runs.
    pub now: i64,
}

impl Request {
    /// Where the client found the panel: `http://tv.example.org:8080`, without a slash at the
    /// end. The port is always there: players put their own default in otherwise.
    pub fn base(&self) -> String {
        let mut text = String::with_capacity(32 + self.host.len());
        text.push_str(&self.scheme);
        text.push_str("://");
        let literal = self.host.contains(':') && !self.host.starts_with('[');
        if literal {
            text.push('[');
        }
        text.push_str(&self.host);
        if literal {
            text.push(']');
        }
        text.push(':');
        crate::json::number(&mut text, self.port);
        text
    }
}

/// Reads the call, runs the action, and gives its reply as the host wants it. What
/// [`crate::plugin!`] expands to calls this.
#[inline(never)]
pub fn answer<P: DeserializeOwned>(
    call: &str,
    action: impl FnOnce(Call<P>) -> Result<Reply, Refusal>,
) -> Result<String, Refusal> {
    match serde_json::from_str(call) {
        Ok(call) => action(call).map(|reply| reply.0),
        Err(error) => crate::fault(&format!("The call does not fit actions.toml: {error}.")),
    }
}

/// What is exported for any [`Plugin`].
#[cfg(target_arch = "wasm32")]
impl<T: Plugin> crate::bindings::exports::linecard::plugin::actions::Guest for T {
    fn names() -> Vec<String> {
        T::NAMES.iter().map(|name| (*name).to_owned()).collect()
    }

    fn handle(
        action: String,
        call: String,
    ) -> Result<String, crate::bindings::exports::linecard::plugin::actions::Refusal> {
        // A panic has no other voice in a sandbox without standard output.
        std::panic::set_hook(Box::new(|panic| crate::base::last_words(&panic.to_string())));
        Ok(T::handle(&action, &call)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: &str) -> Request {
        Request { scheme: "http".into(), host: host.into(), port: 8080, ..Request::default() }
    }

    #[test]
    fn the_base_always_names_the_port_and_brackets_addresses() {
        assert_eq!(request("tv.example.org").base(), "http://tv.example.org:8080");
        assert_eq!(request("::1").base(), "http://[::1]:8080");
        assert_eq!(request("[::1]").base(), "http://[::1]:8080");
    }

    #[test]
    fn a_call_without_a_caller_can_be_read() {
        #[derive(Deserialize)]
        struct Nothing {}
        let call = r#"{"surface":"player","action":"account","parameters":{},"request":{"now":7}}"#;
        let call: Call<Nothing> = serde_json::from_str(call).unwrap();
        assert_eq!((call.caller.role, call.request.now, call.dry_run), (Role::Stranger, 7, false));
    }

    #[test]
    fn settings_are_read_in_the_authors_type_also_when_there_are_none() {
        #[derive(Deserialize)]
        struct Nothing {}
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Mine {
            greeting: String,
        }
        for (settings, greeting) in [("", ""), (r#""settings":{},"#, ""), (r#""settings":{"greeting":"Hi"},"#, "Hi")] {
            let call = format!(r#"{{"surface":"s","action":"a","parameters":{{}},{settings}"dry_run":false}}"#);
            let call: Call<Nothing> = serde_json::from_str(&call).unwrap();
            assert_eq!(call.settings.read::<Mine>().greeting, greeting, "{settings}");
        }
    }
}
