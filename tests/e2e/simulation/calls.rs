//! Requests of callers, as futures that are polled by hand.

use super::ground::{PASSWORD, Premises, fields, sources};
use super::trace::Trace;
use host_core::{LineId, UserId};
use host_engine::{Engine, Error, Finished, Work, credit, line, record};
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

/// A future that nothing wakes: whoever holds it polls it.
pub type Held<T> = Pin<Box<dyn Future<Output = T>>>;

/// Polls once.
pub fn poll<T>(future: &mut Held<T>) -> Option<T> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

/// The answer of something that never waits.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a read waits"),
    }
}

/// The answer of something that another thread works out.
pub fn waited<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park_timeout(Duration::from_millis(100)),
        }
    }
}

/// Wakes the walk's thread.
pub struct Unpark(pub Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum What {
    Sell {
        name: String,
        trial: bool,
    },
    Note {
        line: u32,
        text: String,
    },
    Limit {
        line: u32,
        seats: u32,
        text: String,
    },
    Extend {
        line: u32,
    },
    Delete {
        line: u32,
    },
    Adjust {
        user: UserId,
        amount: String,
        note: String,
    },
    Sources {
        stream: usize,
        text: String,
    },
    /// An edit of a line that the caller may not see.
    Trespass {
        line: u32,
    },
}

/// Who asks it, of which tenant, under which key.
#[derive(Clone, Debug)]
pub struct Request {
    pub tenant: usize,
    pub by: usize,
    pub what: What,
    pub key: Option<String>,
    /// How often the verb's plan is left alone before it is committed: others go on meanwhile.
    pub pauses: usize,
}

/// A request under way.
pub struct Call {
    pub number: usize,
    pub request: Request,
    pub answer: Held<Result<Vec<u8>, Error>>,
}

impl Call {
    pub fn new(number: usize, request: Request, engine: Arc<Engine>, premises: Premises, trace: Arc<Trace>) -> Call {
        let asked = request.clone();
        let answer = Box::pin(async move { answered(&engine, &premises, &asked, number, &trace).await });
        Call { number, request, answer }
    }
}

async fn answered(
    engine: &Arc<Engine>,
    premises: &Premises,
    request: &Request,
    number: usize,
    trace: &Trace,
) -> Result<Vec<u8>, Error> {
    let mut run = engine.begin(premises.callers[request.by].clone(), "walk");
    if let Some(key) = &request.key
        && let Some(reply) = run.under_key(key, [7; 32]).await?
    {
        trace.note(format!("call {number} was answered before"));
        return Ok(reply);
    }
    loop {
        let mut work = run.attempt();
        let view = decided(&mut work, premises, &request.what).await?;
        for _ in 0..request.pauses {
            pause().await;
        }
        match run.finish(work, view.to_string().into_bytes()).await? {
            Finished::Done { reply, .. } => return Ok(reply),
            Finished::Before { reply } => {
                trace.note(format!("call {number} was answered to one who had gone"));
                return Ok(reply);
            }
            Finished::Again => {}
        }
        trace.note(format!("call {number} met a conflict"));
    }
}

async fn decided(work: &mut Work, premises: &Premises, what: &What) -> host_engine::Result<Value> {
    match what {
        What::Sell { name, trial } => {
            let options = fields(json!({ "username": name, "password": PASSWORD }));
            line::sell(work, premises.package, *trial, &options).await
        }
        What::Note { line, text } => edit(work, *line, json!({ "reseller_notes": text })).await,
        What::Limit { line, seats, text } => {
            edit(work, *line, json!({ "max_connections": seats, "admin_notes": text })).await
        }
        What::Extend { line } => line::extend(work, LineId(*line), premises.package, false).await,
        What::Delete { line } => line::delete(work, LineId(*line)).await.map(|()| json!({ "deleted": line })),
        What::Adjust { user, amount, note } => credit::adjust(work, *user, amount, note).await,
        What::Sources { stream, text } => {
            let sources = json!({ "sources": sources(&premises.name, *stream, text) });
            record::edit(work, "stream", premises.streams[*stream], &fields(sources)).await
        }
        What::Trespass { line } => edit(work, *line, json!({ "reseller_notes": "not theirs" })).await,
    }
}

async fn edit(work: &mut Work, line: u32, options: Value) -> host_engine::Result<Value> {
    line::edit(work, LineId(line), &fields(options)).await
}

/// Gives the others a turn.
async fn pause() {
    let mut is_over = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}
