//! Verbs on sessions: what a surface with logins issues, rotates and ends. A session is of the surface that the
//! calling action is on. Signing in by one is [`crate::sign_in`].

mod end;
mod issue;
mod lasting;
mod options;
mod rotate;
mod sign_in;
mod token;

pub(crate) use end::end_of;
pub use end::{end, end_all};
pub use issue::issue;
pub use rotate::rotate;
pub use sign_in::sign_in;
