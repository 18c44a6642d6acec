//! One call of an action, as the author sees it: typed parameters, who calls, how the request
//! came. The host has parsed, coerced and checked everything.

#[cfg(target_arch = "wasm32")]
use crate::Plugin;
use crate::base;
use crate::bindings::linecard::base::base as host;
use crate::facts::{Caller, Request};
use crate::{Refusal, Reply};
use serde::de::DeserializeOwned;

/// One call. `P` is the action's struct in the crate's `parameters` module. What else is known of the call the host
/// tells those who ask.
pub struct Call<P> {
    /// The parameters, complete with defaults.
    pub parameters: P,
}

impl<P> Call<P> {
    /// Who calls.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        expect(clippy::useless_conversion, reason = "natively the host tells it as the SDK shows it")
    )]
    pub fn caller(&self) -> Caller {
        host::caller().into()
    }

    /// How the request came.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        expect(clippy::useless_conversion, reason = "natively the host tells it as the SDK shows it")
    )]
    pub fn request(&self) -> Request {
        host::request().into()
    }

    /// Unix seconds; the same all through the call and its re-runs.
    pub fn now(&self) -> i64 {
        base::now().into()
    }

    /// What the tenant has set for this plugin by `linecard plugin settings`, in the author's type, from `{}` when
    /// nothing is set: a type with `#[serde(default)]` fits always. Settings that do not fit end the call as a
    /// fault, with the reason in the plugin's log, where the operator who set them finds it. A kept body is kept
    /// under them, so that a build may read them too.
    pub fn settings<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_str(&host::settings()) {
            Ok(settings) => settings,
            Err(error) => crate::fault(&format!("The settings do not fit: {error}.")),
        }
    }

    /// The name that was asked for, where no action has it and this one answers in its place.
    pub fn instead_of(&self) -> Option<String> {
        host::instead_of()
    }

    /// Nothing will be committed; the caller wants to see what would be.
    pub fn is_dry_run(&self) -> bool {
        host::dry_run()
    }
}

/// Reads the parameters and runs the action. What [`crate::plugin!`] expands to calls this.
#[inline(never)]
pub fn answer<P: DeserializeOwned>(
    parameters: &str,
    action: impl FnOnce(Call<P>) -> Result<Reply, Refusal>,
) -> Result<Reply, Refusal> {
    match serde_json::from_str(parameters) {
        Ok(parameters) => action(Call { parameters }),
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
        parameters: String,
    ) -> Result<
        crate::bindings::exports::linecard::plugin::actions::Reply,
        crate::bindings::exports::linecard::plugin::actions::Refusal,
    > {
        // A panic has no other voice in a sandbox without standard output.
        std::panic::set_hook(Box::new(|panic| crate::base::last_words(&panic.to_string())));
        Ok(T::handle(&action, &parameters)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::{Answer, Argument, Host, with};
    use serde::Deserialize;

    struct Set(&'static str);

    impl Host for Set {
        fn call(&mut self, function: &'static str, _: &[Argument<'_>]) -> Result<Answer, Refusal> {
            panic!("{function} is not asked")
        }

        fn settings(&mut self) -> String {
            self.0.to_owned()
        }
    }

    #[test]
    fn settings_are_read_in_the_authors_type_also_when_there_are_none() {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Mine {
            greeting: String,
        }
        for (settings, greeting) in [("{}", ""), (r#"{"greeting":"Hi","more":1}"#, "Hi")] {
            let (_, read) = with(Set(settings), || Call { parameters: () }.settings::<Mine>());
            assert_eq!(read.greeting, greeting, "{settings}");
        }
    }
}
