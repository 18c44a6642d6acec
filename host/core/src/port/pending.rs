//! What a port answers with: what is there already, or what will come.

use super::StoreError;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The answer of a port. One that is there at once is a value, without a future and without memory of its own; the
/// other kind is a boxed future. Polled again after it has answered, it waits for ever.
#[must_use = "nothing is known before it is awaited"]
pub struct Pending<'a, T, E = StoreError>(When<'a, T, E>);

type Later<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

enum When<'a, T, E> {
    Now(Option<Result<T, E>>),
    Later(Later<'a, T, E>),
}

impl<'a, T, E> Pending<'a, T, E> {
    /// An answer that is there.
    pub fn ready(result: Result<T, E>) -> Pending<'a, T, E> {
        Pending(When::Now(Some(result)))
    }

    /// One that will come.
    pub fn later(future: impl Future<Output = Result<T, E>> + Send + 'a) -> Pending<'a, T, E> {
        Pending(When::Later(Box::pin(future)))
    }
}

// The value is moved out whole and never pinned.
impl<T, E> Unpin for Pending<'_, T, E> {}

impl<T, E> Future for Pending<'_, T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        match &mut self.0 {
            When::Now(result) => result.take().map_or(Poll::Pending, Poll::Ready),
            When::Later(future) => future.as_mut().poll(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn polled(pending: &mut Pending<'_, u32, ()>) -> Poll<Result<u32, ()>> {
        Pin::new(pending).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn what_is_there_is_answered_at_the_first_poll_and_what_is_not_when_it_comes() {
        assert_eq!(polled(&mut Pending::ready(Ok(1))), Poll::Ready(Ok(1)));
        let mut polls = 0;
        let mut later = Pending::later(std::future::poll_fn(|_| {
            polls += 1;
            if polls < 2 { Poll::Pending } else { Poll::Ready(Err(())) }
        }));
        assert_eq!(polled(&mut later), Poll::Pending);
        assert_eq!(polled(&mut later), Poll::Ready(Err(())));
    }
}
