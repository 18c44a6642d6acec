//! `create_user`: a reseller.
//! Knows nothing of the tree and its depth: the host does.

use crate::parameters::CreateUser;
use linecard_sdk::{Call, Credits, Refusal, Reply, reply, time, users};
use serde::Serialize;

#[derive(Serialize)]
struct NewUser {
    id: u32,
    username: String,
    /// Only when it was generated: nobody else knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    email: String,
    member_group_id: u32,
    credits: Credits,
    status: u8,
    created_at: String,
}

pub(crate) fn create_user(call: Call<CreateUser>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let options = users::Options {
        username: wish.username,
        password: wish.password,
        email: wish.email,
        group: wish.member_group_id,
        parent: wish.owner_id,
        reseller_dns: wish.reseller_dns,
        notes: wish.notes,
    };
    let user = users::create(&options)?;
    reply::data(&NewUser {
        id: user.id,
        username: user.username,
        password: user.password,
        email: user.email,
        member_group_id: user.group.unwrap_or(0),
        credits: user.credits,
        status: user.enabled.into(),
        created_at: time::datetime(user.created_at),
    })
}
