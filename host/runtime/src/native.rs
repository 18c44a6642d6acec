//! Actions of a shipped plugin answered by code of this process, behind the same sign-in, limits,
//! engine and journal: what a benchmark measures the sandbox against. A panel is built without the
//! feature that this file belongs to.

pub use crate::capability::facts::{CallerFacts, GuestRole, RequestFacts, VerbArguments};
use crate::capability::native::Verb;
pub use crate::capability::native::{Answer, Argument};
pub use crate::capability::player::{GuestOutput, GuestStatus, LineFacts, MineFacts, Offset, ServerFacts};
use crate::guest::Answered;
pub use crate::guest::{GuestContent, GuestOutcome, GuestRefusal, GuestReply};
use crate::link::INTERFACES;
use crate::log::Level;
use crate::state::CallState;
use crate::stop::Stop;
use host_core::Refusal;
use host_core::refusal::Code;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

/// Answers one call of an action: `surface/name` and its parameters.
pub type NativeAction = fn(NativeCall, &str, &str) -> (NativeCall, Result<GuestReply, Refusal>);

static VERBS: LazyLock<HashMap<String, Verb>> = LazyLock::new(|| {
    let functions = INTERFACES.iter().flat_map(|interface| {
        interface.functions.iter().filter_map(|host| Some((interface.function(host).0, host.native?)))
    });
    functions.collect()
});

/// The host, as one native call sees it.
pub struct NativeCall {
    state: CallState,
    /// What would have ended a guest.
    stopped: Option<wasmtime::Error>,
}

impl NativeCall {
    /// Calls a function of a capability, named as in a grant.
    ///
    /// # Errors
    /// The function's refusal. Where a guest would have been ended, the refusal says nothing: the
    /// action should return it, and the call fails whatever it answers.
    pub fn call(&mut self, function: &str, arguments: &[Argument<'_>]) -> Result<Answer, Refusal> {
        let Some(verb) = VERBS.get(function) else { return Err(self.stop(wasmtime::Error::msg("no such function"))) };
        match waited_for(verb(&mut self.state, arguments)) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(told)) => {
                let refusal = Refusal::new(Code::from(told.code), told.message);
                Err(Refusal { field: told.field.map(Into::into), ..refusal })
            }
            Err(stop) => Err(self.stop(stop)),
        }
    }

    /// Appends to the body.
    ///
    /// # Errors
    /// Like [`NativeCall::call`], when it grows too large.
    pub fn write(&mut self, chunk: &str) -> Result<(), Refusal> {
        if let Err(spent) = self.state.meter.host_call() {
            return Err(self.stop(Stop::from(spent).into()));
        }
        // Nobody waits here: what is to go into a file goes there when the action has ended.
        self.state.body.hold(chunk.as_bytes()).map_err(|spent| self.stop(Stop::from(spent).into()))
    }

    /// Adds a line to the plugin's log.
    pub fn log(&mut self, level: Level, message: &str) {
        self.state.log(level, message);
    }

    /// Unix seconds of the attempt.
    pub fn now(&self) -> u32 {
        u32::try_from(self.state.work.now().0).unwrap_or_default()
    }

    /// Who calls.
    pub fn caller(&self) -> Option<CallerFacts> {
        self.state.caller_facts().ok()
    }

    /// How the request came.
    pub fn request(&self) -> Option<RequestFacts> {
        self.state.request_facts().ok()
    }

    /// The tenant's settings of the plugin, a JSON object.
    pub fn settings(&self) -> Option<String> {
        self.state.settings_text().ok()
    }

    fn stop(&mut self, stop: wasmtime::Error) -> Refusal {
        self.stopped.get_or_insert(stop);
        Refusal::new(Code::InvalidInput, "The call is over.")
    }
}

/// Waits on this thread: a native call has no fiber that could be left. Nearly all verbs are
/// ready at once; what the store's own threads answer needs nothing of this one.
fn waited_for<T>(mut answer: Pin<Box<dyn Future<Output = T> + Send + '_>>) -> T {
    struct Caller(Thread);
    impl Wake for Caller {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Caller(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match answer.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// What [`crate::LoadedPlugin::answer`] does for a native action.
pub(crate) fn answer(
    native: NativeAction,
    state: CallState,
    action: &str,
    parameters: &str,
) -> (CallState, wasmtime::Result<Answered>) {
    let (call, answered) = native(NativeCall { state, stopped: None }, action, parameters);
    if let Some(stop) = call.stopped {
        return (call.state, Err(stop));
    }
    let told = |refusal: Refusal| GuestRefusal {
        code: refusal.code.as_str().to_owned(),
        field: refusal.field.map(|field| field.into_owned()),
        message: refusal.message.into_owned(),
    };
    (call.state, Ok(answered.map_err(told)))
}
