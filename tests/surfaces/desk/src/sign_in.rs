//! `sign_in`: a session for who knows the password.

use crate::parameters::SignIn;
use linecard_sdk::sessions::{self, Options};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn sign_in(call: Call<SignIn>) -> Result<Reply, Refusal> {
    let SignIn { username, password } = call.parameters;
    sessions::sign_in(&username, &password, &Options { seconds: Some(3_600), ..Options::default() })?;
    reply::done()
}
