//! Actions outside a sandbox: whoever runs one natively stands in for the host. An author tests a whole action this
//! way, and a benchmark measures what the sandbox costs. A function of the host is its name, its arguments and its
//! answer.
//!
//! ```
//! use linecard_sdk::native::{self, Answer, Argument, Host};
//! use linecard_sdk::{Refusal, catalogue};
//!
//! struct OneCategory;
//!
//! impl Host for OneCategory {
//!     fn call(&mut self, function: &'static str, arguments: &[Argument<'_>]) -> Result<Answer, Refusal> {
//!         assert_eq!((function, arguments), ("linecard:catalogue/catalogue.categories", &[Argument::Text("live")][..]));
//!         Ok(Answer::Text(r#"[{"id":7,"name":"News"}]"#.into()))
//!     }
//! }
//!
//! let (_, categories) = native::with(OneCategory, || catalogue::categories(catalogue::List::Live));
//! assert_eq!(categories.unwrap()[0].name, "News");
//! ```

use crate::Refusal;
use crate::facts::{Caller, Mine, Request};
use std::cell::RefCell;
use std::rc::Rc;

/// What a function of the host is called with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Argument<'a> {
    /// A `string`.
    Text(&'a str),
    /// A `u32`.
    Number(u32),
    /// A `bool`.
    Flag(bool),
}

/// What a function of the host answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A `string`.
    Text(String),
    /// A `u32`.
    Number(u32),
    /// What `lines.mine` answers.
    Mine(Box<Mine>),
    /// Nothing but success.
    Nothing,
}

/// How much a log line matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// Who answers host calls while an action runs natively.
pub trait Host {
    /// Answers a function of a capability, named as in a grant: `linecard:lines/lines.mine`.
    fn call(&mut self, function: &'static str, arguments: &[Argument<'_>]) -> Result<Answer, Refusal>;

    /// Who calls; by default a stranger.
    fn caller(&mut self) -> Caller {
        Caller::default()
    }

    /// How the request came; by default nothing is known of it.
    fn request(&mut self) -> Request {
        Request::default()
    }

    /// The tenant's settings of the plugin, a JSON object; by default nothing is set.
    fn settings(&mut self) -> String {
        "{}".to_owned()
    }

    /// The name that was asked for, where no action has it.
    fn instead_of(&mut self) -> Option<String> {
        None
    }

    /// Whether nothing will be committed.
    fn dry_run(&mut self) -> bool {
        false
    }

    /// What the verb of a common action is called with: an id, and a JSON object.
    fn arguments(&mut self) -> (u32, String) {
        (0, "{}".to_owned())
    }

    /// Takes a piece of the action's body. Without a body, an action that writes one is refused.
    fn write(&mut self, _chunk: &str) -> Result<(), Refusal> {
        Err(Refusal::new("not_permitted", "This host takes no body."))
    }

    /// Takes a line of the plugin's log; by default it goes to standard error.
    fn log(&mut self, level: Level, message: &str) {
        eprintln!("{level:?}: {message}");
    }

    /// Unix seconds.
    fn now(&mut self) -> u32 {
        0
    }

    /// The request's body, for [`crate::base::sent`].
    fn sent(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// Bytes for [`crate::base::random`]; by default they are all zero, so that a test repeats.
    fn random(&mut self, count: u32) -> Vec<u8> {
        vec![0; count as usize]
    }
}

thread_local! {
    static HOST: RefCell<Option<Rc<RefCell<dyn Host>>>> = const { RefCell::new(None) };
}

/// Takes the thread's host away again, also when the action panics.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        HOST.take();
    }
}

/// Runs something that calls the host, with `host` answering, and gives both back.
///
/// # Panics
/// When it runs inside another `with` of this thread.
pub fn with<H: Host + 'static, T>(host: H, run: impl FnOnce() -> T) -> (H, T) {
    let host = Rc::new(RefCell::new(host));
    let before = HOST.replace(Some(host.clone()));
    let leave = Leave;
    assert!(before.is_none(), "an action already runs natively on this thread");
    let outcome = run();
    drop(leave);
    match Rc::try_unwrap(host) {
        Ok(host) => (host.into_inner(), outcome),
        Err(_) => unreachable!("only this function and the thread hold it"),
    }
}

/// What the bindings call.
pub(crate) fn ask<T>(question: impl FnOnce(&mut dyn Host) -> T) -> T {
    let host = HOST.with_borrow(Clone::clone);
    match host {
        Some(host) => question(&mut *host.borrow_mut()),
        None => panic!("an action that calls the host natively runs inside `linecard_sdk::native::with`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{body, lines};

    #[derive(Debug, Default)]
    struct Notes {
        calls: Vec<String>,
        body: String,
    }

    impl Host for Notes {
        fn call(&mut self, function: &'static str, arguments: &[Argument<'_>]) -> Result<Answer, Refusal> {
            self.calls.push(format!("{function} {arguments:?}"));
            Err(Refusal::field("not_found", "id", "There is none."))
        }

        fn write(&mut self, chunk: &str) -> Result<(), Refusal> {
            self.body.push_str(chunk);
            Ok(())
        }
    }

    #[test]
    fn host_calls_reach_the_host_of_this_thread() {
        let (notes, refused) = with(Notes::default(), || lines::delete(7).unwrap_err());
        assert_eq!(notes.calls, ["linecard:lines/lines.delete [Text(\"line\"), Number(7)]"]);
        assert_eq!(refused, Refusal::field("not_found", "id", "There is none."));
    }

    #[test]
    fn a_body_arrives_in_order() {
        let (notes, outcome) = with(Notes::default(), || {
            let mut body = body::Body::new();
            for word in ["one ", "two"] {
                body.text.push_str(word);
                body.flush()?;
            }
            Ok::<_, Refusal>(())
        });
        assert_eq!((outcome, notes.body.as_str()), (Ok(()), "one two"));
    }

    #[test]
    fn the_host_leaves_when_an_action_panics() {
        std::panic::catch_unwind(|| with(Notes::default(), || panic!("an action's bug"))).unwrap_err();
        with(Notes::default(), || ());
    }
}
