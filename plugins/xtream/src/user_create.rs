//! `user/create`: a new line.

use crate::columns::Columns;
use crate::parameters::UserCreate;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn user_create(call: Call<UserCreate>) -> Result<Reply, Refusal> {
    reply::held(Columns::from(call.parameters.user_data).create(lines::LINE)?)
}
