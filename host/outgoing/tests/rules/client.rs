//! The client that is tested, with scripted names, and what came of a request.

use futures_util::StreamExt;
use host_core::port::{FetchError, Fetched};
use host_outgoing::{Names, Outgoing, OutgoingOptions};
use std::collections::VecDeque;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

/// Answers each question with the next list of addresses; the last one stays.
pub(crate) struct Scripted(Mutex<VecDeque<Vec<IpAddr>>>);

impl Scripted {
    pub(crate) fn new(answers: &[&[&str]]) -> Arc<Scripted> {
        let answers = answers.iter().map(|answer| answer.iter().map(|ip| ip.parse().unwrap()).collect());
        Arc::new(Scripted(Mutex::new(answers.collect())))
    }
}

impl Names for Scripted {
    fn addresses<'a>(&'a self, _: &'a str) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send + 'a>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

pub(crate) fn options(allow: &[&str]) -> OutgoingOptions {
    OutgoingOptions { allow: allow.iter().map(|net| net.parse().unwrap()).collect(), ..OutgoingOptions::default() }
}

pub(crate) fn outgoing(allow: &[&str]) -> Outgoing {
    Outgoing::new(options(allow)).unwrap()
}

pub(crate) fn named(allow: &[&str], names: Arc<Scripted>) -> Outgoing {
    Outgoing::new(OutgoingOptions { names, ..options(allow) }).unwrap()
}

pub(crate) async fn text(fetched: Fetched) -> Result<String, FetchError> {
    let chunks: Vec<_> = fetched.body.collect().await;
    let chunks: Result<Vec<_>, _> = chunks.into_iter().collect();
    Ok(String::from_utf8(chunks?.concat()).unwrap())
}

pub(crate) fn error(result: Result<Fetched, FetchError>) -> FetchError {
    match result {
        Err(error) => error,
        Ok(fetched) => panic!("an answer came: {}", fetched.status),
    }
}
