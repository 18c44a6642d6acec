//! `user_info`: the calling administrator and headline counts.

use crate::parameters::UserInfo;
use linecard_sdk::{Call, Refusal, Reply, reply, time, users};
use serde::Serialize;

#[derive(Serialize)]
struct Account {
    id: u32,
    username: String,
    email: String,
    status: u8,
    server_name: String,
    total_lines: u32,
    total_resellers: u32,
    created_at: String,
}

pub(crate) fn user_info(_call: Call<UserInfo>) -> Result<Reply, Refusal> {
    let me = users::me()?;
    reply::data(&Account {
        id: me.user.id,
        username: me.user.username,
        email: me.user.email,
        status: me.user.enabled.into(),
        server_name: me.server_name,
        total_lines: me.totals.lines,
        total_resellers: me.totals.users,
        created_at: time::datetime(me.user.created_at),
    })
}
