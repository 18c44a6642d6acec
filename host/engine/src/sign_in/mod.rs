//! Who is asking: lines by user name and password, users by API key or password, both by the token of a session. Where a credential stands in a
//! request, the surface's dialect says.

mod from;
mod guess;
mod key;
mod line;
mod lockout;
mod note;
mod password;
mod pool;
mod quiet;
mod session;
mod signed;
mod state;
mod without_credential;

pub use from::SignInFrom;
pub use key::{SignedUser, digest};
pub use line::SignedLine;
pub(crate) use line::line_mac;
pub use session::SignedSession;
pub use signed::{SignedAddress, SignedIn};
pub(crate) use state::SignInState;
