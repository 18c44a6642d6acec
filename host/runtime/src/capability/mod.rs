//! What plugins can ask of the host: a file per capability, each a table of functions that translate between WIT and
//! the engine's verbs. It has no rules of its own: whose rows a caller may touch, the engine decides.

mod argument;
pub(crate) mod base;
pub(crate) mod body;
pub(crate) mod catalogue;
pub(crate) mod collections;
pub(crate) mod connections;
pub(crate) mod credits;
pub(crate) mod facts;
pub(crate) mod function;
pub(crate) mod guide;
pub(crate) mod lines;
pub(crate) mod logs;
#[cfg(feature = "native")]
pub(crate) mod native;
pub(crate) mod needs;
pub(crate) mod node;
pub(crate) mod packages;
pub(crate) mod player;
pub(crate) mod records;
pub(crate) mod sessions;
pub(crate) mod sql;
pub(crate) mod users;

use crate::guest::GuestRefusal;
use crate::state::CallState;
use crate::stop::Stop;
pub(crate) use argument::Argument;
use host_core::Refusal;
use host_core::refusal::Code;
use host_engine::Error;
use serde_json::{Map, Value};
use wasmtime::component::{ComponentType, Lower};

/// What a verb returns, in the form that crosses to guests.
pub(crate) trait Crossing {
    type Guest: Lower + ComponentType + Send + Sync + 'static;
    fn cross(self) -> Self::Guest;
}

impl Crossing for Value {
    type Guest = String;
    fn cross(self) -> String {
        self.to_string()
    }
}

impl Crossing for String {
    type Guest = String;
    fn cross(self) -> String {
        self
    }
}

impl Crossing for u32 {
    type Guest = u32;
    fn cross(self) -> u32 {
        self
    }
}

impl Crossing for player::MineFacts {
    type Guest = player::MineFacts;
    fn cross(self) -> player::MineFacts {
        self
    }
}

impl Crossing for () {
    type Guest = ();
    fn cross(self) {}
}

/// What a host function returns: a tuple of one, as wasmtime wants it.
type Answer<T> = wasmtime::Result<(Result<<T as Crossing>::Guest, GuestRefusal>,)>;

impl CallState {
    /// A verb's answer for the guest. Refusals are values; a failure of ours ends the call.
    pub(crate) fn answer<T: Crossing>(&mut self, answer: Result<T, Error>) -> Answer<T> {
        match answer {
            Ok(value) => Ok((Ok(value.cross()),)),
            Err(Error::Refusal(refusal)) => Ok((Err(self.tell(refusal)),)),
            Err(error) => Err(Stop::Ours(error).into()),
        }
    }

    fn tell(&mut self, refusal: Refusal) -> GuestRefusal {
        let told = GuestRefusal {
            code: refusal.code.as_str().to_owned(),
            field: refusal.field.as_deref().map(str::to_owned),
            message: refusal.message.clone().into_owned(),
        };
        self.refused = Some(refusal);
        told
    }
}

/// The document that a guest sent as a parameter called `name`.
pub(crate) fn document(name: &'static str, text: &str) -> Result<Map<String, Value>, Error> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(text)
        .map_err(|_| Refusal::field(Code::InvalidInput, name, "This is not a JSON object.").into())
}

/// A host function that calls an async verb: `verb!("get", Scope, |call, id: u32| line::get(&mut call.work, id))`.
/// Most verbs are ready at once, and the guest stays on its thread; while one is not, its clock stands still. `costs`
/// says how many ordinary host calls it counts for; none is one.
macro_rules! verb {
    ($name:literal, $needs:ident, |$call:ident $(, $argument:ident: $type:ty)*| $verb:expr) => {
        $crate::capability::verb!($name, $needs, costs 1, |$call $(, $argument: $type)*| $verb)
    };
    ($name:literal, $needs:ident, costs $cost:literal, |$call:ident $(, $argument:ident: $type:ty)*| $verb:expr) => {
        $crate::capability::function::HostFunction {
            name: $name,
            link: |linker| {
                linker.func_wrap_async(
                    $name,
                    |mut store: wasmtime::StoreContextMut<'_, $crate::state::CallState>,
                     ($($argument,)*): ($(<$type as $crate::capability::Argument>::Crossing,)*)| {
                        Box::new(async move {
                            $(let $argument = <$type as $crate::capability::Argument>::take($argument, &store)?;)*
                            let $call = store.data_mut();
                            $crate::capability::verb!(@answer $needs, $cost, $call, $verb)
                        })
                    },
                )
            },
            #[cfg(feature = "native")]
            native: Some(|$call, arguments| {
                Box::pin(async move {
                    let mut arguments = arguments.iter();
                    $(let $argument = $crate::capability::native::argument::<$type>(&mut arguments)?;)*
                    debug_assert!(arguments.next().is_none(), "{} takes fewer arguments", $name);
                    let (answer,) = $crate::capability::verb!(@answer $needs, $cost, $call, $verb)?;
                    Ok(answer.map(Into::into))
                })
            }),
        }
    };
    (@answer $needs:ident, $cost:literal, $call:ident, $verb:expr) => {{
        let answer = match $call.admit($crate::capability::needs::Needs::$needs, $cost) {
            Ok(()) => {
                let waits = std::sync::Arc::clone(&$call.waits);
                waits.during(async { $verb }).await
            }
            Err($crate::stop::Denied::Refused(refusal)) => Err(host_engine::Error::from(refusal)),
            Err($crate::stop::Denied::Stop(stop)) => return Err(stop.into()),
        };
        $call.answer(answer)
    }};
}
pub(crate) use verb;
