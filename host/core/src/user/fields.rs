//! The fields of a user, and what their values must be.

use super::role::Role;
use crate::credit::Credits;
use crate::refusal::Code;
use crate::secret::PasswordHash;
use crate::time::Unix;
use crate::{GroupId, PackageId, Refusal, UserId, name};
use std::collections::BTreeMap;

/// The [list](crate::field_list) of a user's fields.
#[macro_export]
macro_rules! user_fields {
    ([$($callback:tt)*] $($with:tt)*) => {
        $($callback)*! { $($with)*
            /// The user above; none for admins and for resellers directly below the panel.
            parent "parent": Option<UserId> = None, Reseller, Admin, own;
            /// Role.
            role "role": Role = Role::Reseller, Reseller, Admin, own;
            /// Rights of a reseller.
            group "user_group": Option<GroupId> = None, Reseller, Reseller, own;
            /// Unique in the tenant, compared without case.
            username "username": String = String::new(), Reseller, Reseller, own;
            /// Argon2id.
            #[serde(skip)]
            password "password": PasswordHash = PasswordHash::default(), Nobody, Reseller, own;
            /// Mail address, may be empty.
            email "email": String = String::new(), Reseller, Reseller, text;
            /// A disabled user's keys and their subtree's rights stop.
            enabled "enabled": bool = true, Reseller, Reseller, plain;
            /// Host name shown to their customers, may be empty.
            reseller_dns "reseller_dns": String = String::new(), Reseller, Reseller, text;
            /// Notes of the users above.
            notes "notes": String = String::new(), Reseller, Reseller, text;
            /// Prices that replace the packages' own, per package.
            package_prices "package_prices": BTreeMap<PackageId, Credits> = BTreeMap::new(), Reseller, Admin, own;
            /// When it was made.
            created_at "created_at": Unix = Unix(0), Reseller, Nobody, own;
        }
    };
}

user_fields!([crate::field_list::declare]
    /// A person who manages.
    User(UserId)
);

impl User {
    /// The user with values in their usual form.
    ///
    /// # Errors
    /// `invalid_input` by the field for what is no mail address or no host name.
    pub fn checked(self) -> Result<User, Refusal> {
        let plain = self.email.len() <= 254 && !self.email.chars().any(|c| c.is_control() || c.is_whitespace());
        let sides = self.email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        if !(self.email.is_empty() || (plain && sides)) {
            return Err(Refusal::field(Code::InvalidInput, "email", "A mail address, as name@example.org."));
        }
        let host = self.reseller_dns.to_lowercase();
        if !host.is_empty() && name::host(&host).is_err() {
            let message = "A host name without scheme and port.";
            return Err(Refusal::field(Code::InvalidInput, "reseller_dns", message));
        }
        Ok(User { reseller_dns: host, ..self })
    }
}
