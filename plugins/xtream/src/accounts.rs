//! Panel accounts, as rows of their table.

use linecard_sdk::records::{self, Group};
use linecard_sdk::serde::Serialize;
use linecard_sdk::users::UserView;
use std::collections::HashMap;

/// Values are texts or null, as a database in PHP gives them.
#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
pub(crate) struct Account {
    id: String,
    username: String,
    credits: String,
    group_id: Option<String>,
    group_name: Option<String>,
    last_login: Option<String>,
    date_registered: String,
    email: String,
    ip: Option<String>,
    status: &'static str,
}

/// What groups are called, each asked for once.
#[derive(Default)]
pub(crate) struct Groups(HashMap<u32, Option<String>>);

impl Groups {
    /// Where the caller already knows it.
    pub(crate) fn know(&mut self, group: u32, name: String) {
        self.0.insert(group, Some(name));
    }

    /// None where the caller may not know it.
    fn name(&mut self, group: u32) -> Option<String> {
        let ask = || records::get::<Group>(group).and_then(|group| group.read()).ok().map(|group| group.name);
        self.0.entry(group).or_insert_with(ask).clone()
    }
}

impl Account {
    pub(crate) fn of(user: UserView, groups: &mut Groups) -> Account {
        let (last_login, ip) = user.seen.map(|seen| (seen.at.to_string(), seen.address)).unzip();
        Account {
            id: user.id.to_string(),
            username: user.username,
            credits: user.credits.as_str().to_owned(),
            group_id: user.group.map(|id| id.to_string()),
            group_name: user.group.and_then(|id| groups.name(id)),
            last_login,
            date_registered: user.created_at.to_string(),
            email: user.email,
            ip,
            status: crate::line_row::flag(user.enabled),
        }
    }
}
