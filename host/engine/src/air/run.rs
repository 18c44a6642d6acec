//! The field `run` of a stream's document: it starts or stops the stream, and says of each server what came of it.

use crate::{Result, Work};
use host_core::Refusal;
use host_core::event::Effect;
use host_core::object::Key;
use host_core::refusal::Code;
use host_core::stream::Stream;
use serde_json::{Map, Value, json};

/// The name of the field.
const FIELD: &str = "run";
/// The field that says what is wanted.
const WANTED: &str = "wanted";
/// The panel itself, which is the only server.
const SERVER: u32 = 1;

/// What a document wants of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Run {
    /// It runs from now on, and anew where it runs already.
    Start,
    /// It does not run.
    Stop,
}

impl Run {
    /// Takes the field out of a document; what is wanted of the stream stands there instead.
    pub(crate) fn take(document: &mut Map<String, Value>) -> Result<Option<Run>, Refusal> {
        let run = match document.remove(FIELD).as_ref().map(Value::as_str) {
            None => return Ok(None),
            Some(Some("start")) => Run::Start,
            Some(Some("stop")) => Run::Stop,
            Some(_) => return Err(Refusal::field(Code::InvalidInput, FIELD, "run is start or stop.")),
        };
        let wanted = if run == Run::Start { "started" } else { "stopped" };
        document.insert(WANTED.to_owned(), wanted.into());
        Ok(Some(run))
    }

    /// Asks for it, once the stream is in the plan.
    ///
    /// # Errors
    /// `no_sources` and `cannot_play` for a start that nothing could come of.
    pub(crate) fn ask(self, work: &mut Work, stream: &Stream) -> Result<(), Refusal> {
        if self == Run::Start {
            if !stream.has_something_to_play() {
                return Err(Refusal::new(Code::NoSources, "There is nothing that it could play; add a source."));
            }
            if let Some(lack) = work.engine().airing().and_then(|airing| airing.lacks(stream)) {
                return Err(Refusal::new(Code::CannotPlay, lack));
            }
        }
        work.note(Some(Key::Stream(stream.id)), json!({ FIELD: self.word() }));
        work.effect(Effect::RestartStream { stream: stream.id });
        Ok(())
    }

    /// What is said of each server.
    pub(crate) fn results(self) -> Value {
        json!([{ "server_id": SERVER, "result": self.word() }])
    }

    fn word(self) -> &'static str {
        match self {
            Run::Start => "start",
            Run::Stop => "stop",
        }
    }
}
