//! `user_info`: the calling account.

use crate::parameters::UserInfo;
use linecard_sdk::{Call, Credits, Refusal, Reply, reply, time, users};
use serde::Serialize;

#[derive(Serialize)]
struct Account {
    id: u32,
    username: String,
    email: String,
    credits: Credits,
    status: u8,
    reseller_dns: String,
    created_at: String,
    member_group_id: u32,
    allowed_pages: Vec<String>,
}

pub(crate) fn user_info(_call: Call<UserInfo>) -> Result<Reply, Refusal> {
    let me = users::me()?;
    let user = me.user;
    reply::data(&Account {
        id: user.id,
        username: user.username,
        email: user.email,
        credits: user.credits,
        status: user.enabled.into(),
        reseller_dns: user.reseller_dns,
        created_at: time::datetime(user.created_at),
        member_group_id: user.group.unwrap_or(0),
        allowed_pages: me.group_rights.map(|group| group.allowed_pages).unwrap_or_default(),
    })
}
