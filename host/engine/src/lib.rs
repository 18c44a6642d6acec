//! Floor 1: the use cases of the panel, a file per verb, over the ports of `host_core`. Does not know SQL, HTTP,
//! plugins or media bytes.
//!
//! - [`run`], [`work`]: one action from its first read to its commit
//! - [`sign_in`]: who is asking
//! - [`connection`]: seats of lines
//! - [`air`]: streams that run
//! - verbs: [`mod@line`], [`mod@box_event`], [`user`], [`session`], [`credit`], [`package`], [`record`], [`mod@collection`], [`catalogue`], [`guide`],
//!   [`log`], [`mod@sql`], [`node`], [`tenant`], [`access_code`], [`plugin`], [`import`], [`mass_edit`]
//! - [`condition`]: how the stored data is doing; [`mod@log_scope`]: what log lines say of their request
//! - [`outbox`], [`scheduler`]: what happens after commits and by the clock, as `step(now)`

pub mod access_code;
pub mod air;
mod audit;
pub mod box_event;
mod cache;
pub mod catalogue;
pub mod collection;
pub mod condition;
pub mod connection;
pub mod credit;
mod document;
mod due;
mod engine;
mod error;
mod fields;
mod generation;
pub mod guide;
mod ids;
pub mod import;
mod late;
pub mod line;
pub mod log;
pub mod log_scope;
pub mod mass_edit;
pub mod networks;
pub mod node;
pub mod outbox;
mod overlay;
pub mod package;
pub mod plugin;
pub mod record;
mod recorded;
mod rows;
pub mod run;
pub mod scheduler;
pub mod session;
mod shown;
mod sightings;
pub mod sign_in;
pub mod sql;
pub mod tenant;
mod turn;
mod unfinished;
pub mod user;
pub mod work;
mod zone;

pub use condition::Condition;
pub use connection::{Ended, Look, Seat, Session, SessionKey};
pub use engine::{Engine, Ports};
pub use error::{Error, Result};
pub use log_scope::{LogScope, LoggedPlace};
pub use networks::MaxMind;
pub use run::{Finished, Run};
pub use sign_in::{SignInFrom, SignedAddress, SignedIn, SignedLine, SignedSession, SignedUser};
pub use turn::Turn;
pub use work::Work;
