//! `create_user`: a sub-reseller under the caller.

use crate::parameters::CreateUser;
use linecard_sdk::{Call, Refusal, Reply, reply, users};

pub(crate) fn create_user(call: Call<CreateUser>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let options = users::Options {
        username: wish.username,
        password: wish.password,
        email: wish.email,
        group: wish.member_group_id,
        reseller_dns: wish.reseller_dns,
        notes: wish.notes,
        ..Default::default()
    };
    let user = users::create(&options)
        .map_err(|refusal| refusal.renamed("email", "invalid_email").renamed("group", "invalid_group"))?;
    reply::held(user)
}
