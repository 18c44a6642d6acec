//! `renew`: another token.

use crate::parameters::Renew;
use linecard_sdk::{Call, Refusal, Reply, reply, sessions};

pub(crate) fn renew(_: Call<Renew>) -> Result<Reply, Refusal> {
    sessions::rotate()?;
    reply::done()
}
