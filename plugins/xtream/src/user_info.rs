//! `user/info`, which newer panels call `line/info`: all that is known of a line.

use crate::line_row::LineRow;
use crate::parameters::UserInfo;
use linecard_sdk::lines::{self, By};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn user_info(call: Call<UserInfo>) -> Result<Reply, Refusal> {
    let UserInfo { username, password } = call.parameters;
    let line = lines::find(lines::LINE, By::Login { username: &username, password: &password })?.read()?;
    reply::data(&LineRow::of(line)?)
}
