//! `sign_out`: the end of a session.

use crate::parameters::SignOut;
use linecard_sdk::{Call, Refusal, Reply, reply, sessions};

pub(crate) fn sign_out(_: Call<SignOut>) -> Result<Reply, Refusal> {
    sessions::end()?;
    reply::done()
}
