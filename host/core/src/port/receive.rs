//! How the media floor asks for datagrams. Whoever implements it opens the socket, joins the group and checks where
//! that may be.

use super::{ByteStream, FetchError};
use crate::reception::Reception;

/// Receives what others send to a group or to an address of this machine. It never sends anything.
pub trait Receive: Send + Sync + 'static {
    /// Begins to receive, within the async runtime. Each item is one datagram, as it came; whoever wants an end to
    /// silence counts the time. Dropping the stream leaves the group.
    ///
    /// # Errors
    /// [`FetchError::Forbidden`] by the rules, [`FetchError::Unreachable`] where the machine cannot receive there.
    fn receive(&self, reception: &Reception) -> Result<ByteStream, FetchError>;
}
