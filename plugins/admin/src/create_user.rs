//! `create_user`: a reseller.
//! Knows nothing of the tree and its depth: the host does.

use crate::parameters::CreateUser;
use linecard_sdk::{Call, Refusal, Reply, reply, users};

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
    reply::held(users::create(&options)?)
}
