//! `reg_user/list`: panel accounts with their balances. A reseller, who may not see others, sees themselves first.

use crate::accounts::{Account, Groups};
use crate::parameters::RegUserList;
use linecard_sdk::records::{Query, each};
use linecard_sdk::users::{self, UserView};
use linecard_sdk::{Call, Refusal, Reply, Role, reply};

pub(crate) fn reg_user_list(call: Call<RegUserList>) -> Result<Reply, Refusal> {
    let (mut rows, mut groups) = (Vec::new(), Groups::default());
    if call.caller().role == Role::Reseller {
        let me = users::me()?;
        if let Some(group) = me.group_rights {
            groups.know(group.id, group.name);
        }
        // As the list tells of others: with when they were last seen.
        rows.push(Account::of(users::get(me.user.id)?.read()?, &mut groups));
    }
    each(Query::default(), users::list, |user: UserView| {
        rows.push(Account::of(user, &mut groups));
        Ok(())
    })?;
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    reply::list(&rows, count, count)
}
