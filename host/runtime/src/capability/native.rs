//! The functions of the host as code of this process calls them.

use crate::capability::player::MineFacts;
use crate::guest::GuestRefusal;
use crate::state::CallState;
use std::future::Future;
use std::pin::Pin;

/// What a function of the host is called with.
#[derive(Debug, Clone, Copy)]
pub enum Argument<'a> {
    /// A `string`.
    Text(&'a str),
    /// A `u32`.
    Number(u32),
    /// A `bool`.
    Flag(bool),
}

/// What a function of the host returns.
#[derive(Debug)]
pub enum Answer {
    /// A `string`.
    Text(String),
    /// A `u32`.
    Number(u32),
    /// What `lines.mine` answers.
    Mine(Box<MineFacts>),
    /// Nothing but success.
    Nothing,
}

/// A verb in the form that native calls take.
pub(crate) type Verb = for<'a> fn(&'a mut CallState, &'a [Argument<'a>]) -> Answering<'a>;

pub(crate) type Answering<'a> =
    Pin<Box<dyn Future<Output = wasmtime::Result<Result<Answer, GuestRefusal>>> + Send + 'a>>;

/// How an argument becomes what a verb takes.
pub(crate) trait FromArgument: Sized {
    fn from(argument: Argument<'_>) -> Option<Self>;
}

impl FromArgument for String {
    fn from(argument: Argument<'_>) -> Option<String> {
        if let Argument::Text(text) = argument { Some(text.to_owned()) } else { None }
    }
}

impl FromArgument for u32 {
    fn from(argument: Argument<'_>) -> Option<u32> {
        if let Argument::Number(number) = argument { Some(number) } else { None }
    }
}

impl FromArgument for bool {
    fn from(argument: Argument<'_>) -> Option<bool> {
        if let Argument::Flag(flag) = argument { Some(flag) } else { None }
    }
}

/// The next argument of a native call.
pub(crate) fn argument<T: FromArgument>(arguments: &mut std::slice::Iter<'_, Argument<'_>>) -> wasmtime::Result<T> {
    let argument = arguments.next().and_then(|argument| T::from(*argument));
    argument.ok_or_else(|| wasmtime::Error::msg("an argument is missing or of another type"))
}

impl From<String> for Answer {
    fn from(text: String) -> Answer {
        Answer::Text(text)
    }
}

impl From<u32> for Answer {
    fn from(number: u32) -> Answer {
        Answer::Number(number)
    }
}

impl From<MineFacts> for Answer {
    fn from(mine: MineFacts) -> Answer {
        Answer::Mine(Box::new(mine))
    }
}

impl From<()> for Answer {
    fn from((): ()) -> Answer {
        Answer::Nothing
    }
}
