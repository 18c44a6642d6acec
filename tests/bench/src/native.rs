//! The same actions without a sandbox: joins the SDK's native host to the runtime's native call.

use host_core::Refusal;
use host_core::refusal::Code;
use host_runtime::Runtime;
use host_runtime::log::Level;
use host_runtime::native::{Answer, Argument, GuestReply, NativeCall};
use linecard_sdk::native::{self as sdk, Host};
use linecard_sdk::{Caller, Plugin, Request, base};

/// Lets this process answer for the player and the playlist plugin.
///
/// # Errors
/// When the panel has no such plugin.
pub(crate) fn replace(runtime: &Runtime) -> anyhow::Result<()> {
    let player = runtime.answer_natively("player", answer::<plugin_player::ThisPlugin>);
    let playlist = runtime.answer_natively("playlist", answer::<plugin_playlist::ThisPlugin>);
    anyhow::ensure!(player && playlist, "the panel ships no plugin `player` or `playlist`");
    Ok(())
}

struct Bridge(NativeCall);

fn answer<P: Plugin>(call: NativeCall, action: &str, parameters: &str) -> (NativeCall, Result<GuestReply, Refusal>) {
    let (bridge, answered) = sdk::with(Bridge(call), || P::handle(action, parameters));
    let refusal = |refusal: linecard_sdk::Refusal| Refusal {
        field: refusal.field.map(Into::into),
        ..Refusal::new(Code::from(refusal.code), refusal.message)
    };
    (bridge.0, answered.map(|reply| linecard_sdk::reply_of!(records, reply)).map_err(refusal))
}

/// The records of the host, by their names in `wit/`.
mod records {
    pub(super) use host_runtime::native::{
        GuestContent as Content, GuestOutcome as Outcome, GuestOutput as Output, GuestReply as Reply,
        GuestRole as Role, GuestStatus as Status,
    };
}

/// More than any function of the host takes.
const MOST: usize = 6;

impl Host for Bridge {
    fn call(
        &mut self,
        function: &'static str,
        arguments: &[sdk::Argument<'_>],
    ) -> Result<sdk::Answer, linecard_sdk::Refusal> {
        let mut crossed = [Argument::Number(0); MOST];
        for (to, from) in crossed.iter_mut().zip(arguments) {
            *to = match *from {
                sdk::Argument::Text(text) => Argument::Text(text),
                sdk::Argument::Number(number) => Argument::Number(number),
                sdk::Argument::Flag(flag) => Argument::Flag(flag),
            };
        }
        let answer = self.0.call(function, crossed.get(..arguments.len()).unwrap_or_default()).map_err(told)?;
        Ok(match answer {
            Answer::Text(text) => sdk::Answer::Text(text),
            Answer::Number(number) => sdk::Answer::Number(number),
            Answer::Mine(facts) => sdk::Answer::Mine(Box::new(linecard_sdk::mine_of!(records, *facts))),
            Answer::Nothing => sdk::Answer::Nothing,
        })
    }

    fn write(&mut self, chunk: &str) -> Result<(), linecard_sdk::Refusal> {
        self.0.write(chunk).map_err(told)
    }

    fn log(&mut self, level: base::Level, message: &str) {
        let level = match level {
            base::Level::Debug => Level::Debug,
            base::Level::Info => Level::Info,
            base::Level::Warn => Level::Warn,
            base::Level::Error => Level::Error,
        };
        self.0.log(level, message);
    }

    fn now(&mut self) -> u32 {
        self.0.now()
    }

    fn caller(&mut self) -> Caller {
        self.0.caller().map(|facts| linecard_sdk::caller_of!(records, facts)).unwrap_or_default()
    }

    fn request(&mut self) -> Request {
        let Some(facts) = self.0.request() else { return Request::default() };
        Request {
            id: facts.id.to_string(),
            secure: facts.secure,
            host: facts.host.to_string(),
            port: facts.port,
            address: facts.address,
            agent: facts.agent.to_string(),
        }
    }

    fn settings(&mut self) -> String {
        self.0.settings().unwrap_or_else(|| "{}".to_owned())
    }
}

fn told(refusal: Refusal) -> linecard_sdk::Refusal {
    linecard_sdk::Refusal {
        code: refusal.code.as_str().to_owned(),
        field: refusal.field.map(|field| field.into_owned()),
        message: refusal.message.into_owned(),
    }
}
