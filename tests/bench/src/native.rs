//! The same actions without a sandbox: joins the SDK's native host to the runtime's native call.

use host_core::Refusal;
use host_core::refusal::Code;
use host_runtime::Runtime;
use host_runtime::log::Level;
use host_runtime::native::{
    Answer, Argument, GuestContent, GuestOutcome, GuestOutput, GuestReply, GuestRole, GuestStatus, MineFacts,
    NativeCall,
};
use linecard_sdk::native::{self as sdk, Host};
use linecard_sdk::reply::{Content, Outcome};
use linecard_sdk::{Caller, Expiry, Plugin, Reply, Request, Role, base, lines};

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
    (bridge.0, answered.map(crossed).map_err(refusal))
}

fn crossed(reply: Reply) -> GuestReply {
    let (content, totals) = match reply.content {
        Content::Data { json, totals } => (GuestContent::Data(json), totals),
        Content::Held(number) => (GuestContent::Held(number), None),
        Content::Body(headers) => (GuestContent::Body(headers), None),
    };
    let (total, matching) = totals.unzip();
    let outcome = reply.outcome.map(|outcome| match outcome {
        Outcome::Done => GuestOutcome::Done,
        Outcome::Created => GuestOutcome::Created,
        Outcome::Accepted => GuestOutcome::Accepted,
        Outcome::None => GuestOutcome::None,
        Outcome::Moved => GuestOutcome::Moved,
    });
    GuestReply { content, total, matching, outcome, location: reply.location, cursor: reply.cursor }
}

fn mine(facts: MineFacts) -> lines::Mine {
    let MineFacts { line, server, .. } = facts;
    let output = |output| match output {
        GuestOutput::M3u8 => lines::Output::M3u8,
        GuestOutput::Ts => lines::Output::Ts,
        GuestOutput::Rtmp => lines::Output::Rtmp,
    };
    let line = lines::OwnLine {
        id: line.id,
        username: line.username,
        password: line.password,
        status: match line.status {
            GuestStatus::Active => lines::LineStatus::Active,
            GuestStatus::Banned => lines::LineStatus::Banned,
            GuestStatus::Disabled => lines::LineStatus::Disabled,
            GuestStatus::Expired => lines::LineStatus::Expired,
        },
        expiry: line.expiry.map_or(Expiry::Never, |end| Expiry::At(end.into())),
        trial: line.trial,
        created_at: line.created_at.into(),
        active_connections: line.active_connections,
        max_connections: line.max_connections,
        allowed_outputs: line.allowed_outputs.into_iter().map(output).collect(),
    };
    let offsets = server.offsets.into_iter().map(|offset| (offset.since.into(), offset.seconds));
    let server = lines::Server {
        name: server.name,
        message: server.message,
        timezone: server.timezone,
        offsets: offsets.collect(),
        far_expiry: server.far_expiry,
        guide_days: server.guide_days,
        https_port: server.https_port,
        http_port: server.http_port,
    };
    lines::Mine { line, server }
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
            Answer::Mine(facts) => sdk::Answer::Mine(Box::new(mine(*facts))),
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
        let Some(facts) = self.0.caller() else { return Caller::default() };
        let role = match facts.role {
            GuestRole::Stranger => Role::Stranger,
            GuestRole::Line => Role::Line,
            GuestRole::Reseller => Role::Reseller,
            GuestRole::Admin => Role::Admin,
        };
        Caller { role, user: facts.user, line: facts.line }
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
