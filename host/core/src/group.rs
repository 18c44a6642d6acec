//! A group: the rights that resellers share.

use crate::Refusal;
use crate::credit::Credits;
use crate::name::MAX_CREDENTIAL;
use crate::record::declared::{Reading, Record, RecordField, check_name, fields};
use crate::refusal::Code;
use crate::time::Term;
use crate::time::Unix;
use crate::{GroupId, Version};
use serde::{Deserialize, Serialize};

/// Trials per reseller: how many in a sliding window.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TrialQuota {
    /// How many; 0 forbids trials.
    pub count: u32,
    /// In which span that ends now.
    pub window: Term,
}

/// Rights of resellers. Serialises to the `group` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// Unique in the tenant.
    pub name: String,
    /// May be deleted, once nothing uses it.
    pub deletable: bool,
    /// Pages of the console that its users see.
    pub allowed_pages: Vec<String>,
    /// May create sub-resellers, and change what they are; without it they are still switched on and off.
    pub create_users: bool,
    /// What a sub-reseller costs its creator.
    pub user_price: Credits,
    /// Groups that its users may give to sub-resellers.
    pub user_groups: Vec<GroupId>,
    /// May delete lines.
    pub delete_lines: bool,
    /// May delete sub-resellers.
    pub delete_users: bool,
    /// May choose among a package's bouquets.
    pub change_bouquets: bool,
    /// May choose user names.
    pub change_usernames: bool,
    /// May choose passwords.
    pub change_passwords: bool,
    /// May bind lines to addresses, players and countries.
    pub restrict_lines: bool,
    /// Trials.
    pub trials: TrialQuota,
    /// The balance that a reseller needs before they may give trials.
    pub trial_balance: Credits,
    /// Shortest user name of a line, in characters.
    pub min_username: u16,
    /// Shortest password of a line, in characters.
    pub min_password: u16,
    /// Sees connection logs of their lines.
    pub see_connections: bool,
    /// Sees movies and series in the console. Kept for its pages: nothing reads it yet.
    pub see_movies: bool,
    /// May download the playlists of their lines in the console. Kept for its pages: nothing
    /// reads it yet.
    pub download_playlists: bool,
    /// Shown on the console's first page, plain text.
    pub notice: String,
}

impl Default for Group {
    fn default() -> Group {
        Group {
            id: GroupId(0),
            version: Version(0),
            name: String::new(),
            deletable: true,
            allowed_pages: ["lines", "mag", "enigma", "activecodes"].map(String::from).to_vec(),
            create_users: true,
            user_price: Credits::ZERO,
            user_groups: Vec::new(),
            delete_lines: true,
            delete_users: true,
            change_bouquets: true,
            change_usernames: true,
            change_passwords: true,
            restrict_lines: true,
            trials: TrialQuota { count: 10, window: Term { count: 1, unit: crate::time::Unit::Days } },
            trial_balance: Credits::ZERO,
            min_username: 4,
            min_password: 6,
            see_connections: true,
            see_movies: true,
            download_playlists: true,
            notice: String::new(),
        }
    }
}

impl Record for Group {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Read Read, "name": Read Write, "deletable": Hidden Write, "allowed_pages": Read Write,
        "create_users": Read Write, "user_price": Read Write, "user_groups": Read Write, "delete_lines": Read Write,
        "delete_users": Read Write, "change_bouquets": Read Write, "change_usernames": Read Write,
        "change_passwords": Read Write, "restrict_lines": Read Write, "trials": Read Write, "trial_balance": Read Write,
        "min_username": Read Write, "min_password": Read Write, "see_connections": Read Write,
        "see_movies": Read Write, "download_playlists": Read Write, "notice": Read Write, "packages": Hidden Write,
    };
    const RESELLERS: Reading = Reading::Own;
    const KEPT_WITH: &'static [(&'static str, &'static str)] = &[("packages", "package")];

    fn blank(id: u32, _now: Unix) -> Option<Group> {
        Some(Group { id: GroupId(id), ..Group::default() })
    }

    fn validate(&self) -> Result<(), Refusal> {
        for (field, amount) in [("user_price", self.user_price), ("trial_balance", self.trial_balance)] {
            if amount.is_negative() {
                return Err(Refusal::field(Code::InvalidInput, field, "An amount of a group is not below zero."));
            }
        }
        for (field, least) in [("min_username", self.min_username), ("min_password", self.min_password)] {
            if !(1..=MAX_CREDENTIAL).contains(&usize::from(least)) {
                let message = format!("{field} is from 1 to {MAX_CREDENTIAL} characters.");
                return Err(Refusal::field(Code::InvalidInput, field, message));
            }
        }
        if !(1..=Term::MAX_COUNT).contains(&self.trials.window.count) {
            let message = format!("The window of trials counts 1 to {} units.", Term::MAX_COUNT);
            return Err(Refusal::field(Code::InvalidInput, "trials", message));
        }
        check_name(&self.name, "group")
    }
}
