//! `user/edit`: changes the line that has this user name and password. It is true also when nothing is different.

use crate::columns::Columns;
use crate::parameters::UserEdit;
use linecard_sdk::lines::{self, By};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn user_edit(call: Call<UserEdit>) -> Result<Reply, Refusal> {
    let UserEdit { username, password, user_data } = call.parameters;
    let line = lines::find(lines::LINE, By::Login { username: &username, password: &password })?;
    Columns::from(user_data).edit(line.id()?)?;
    reply::done()
}
