//! The fields of a line.

use super::delivery::DeliveryType;
use super::output::Output;
use super::seat_limit::SeatLimit;
use crate::mac_address::MacAddress;
use crate::secret::{Mac, Sealed};
use crate::settings::SamePlayer;
use crate::time::{Expiry, Term, Unix};
use crate::{BouquetId, LineId, PackageId, UserId};
use ipnet::IpNet;

/// The [list](crate::field_list) of a line's fields, each with when it is set and whether connections were admitted by
/// it:
///
/// - when: `sale` (also where a line is sold), `edit`
/// - admission: `admits` (a change may end connections), `apart`
#[macro_export]
macro_rules! line_fields {
    ([$($callback:tt)*] $($with:tt)*) => {
        $($callback)*! { $($with)*
            /// Unique in the tenant, case-sensitive.
            username "username": String = String::new(), Line, Reseller, own, sale, admits;
            /// The password, readable again by the API. The same one may be sealed anew; its digest counts.
            #[serde(skip)]
            password "password": Sealed = Sealed::default(), Line, Reseller, own, sale, apart;
            /// The password's keyed digest, for sign-in.
            #[serde(skip)]
            password_mac "password_mac": Mac = Mac::default(), Nobody, Nobody, own, edit, admits;
            /// The user who owns it.
            owner "owner": UserId = UserId(0), Line, Admin, own, edit, apart;
            /// What it is delivered to.
            delivery "delivery": DeliveryType = DeliveryType::Line, Line, Nobody, own, edit, admits;
            /// The address of the box that it is bound to: of each box, and of nothing else.
            mac "mac": Option<MacAddress> = None, Line, Reseller, own, sale, admits;
            /// Whether the box is bound to the first one that uses it, by what that says of itself.
            lock_device "lock_device": bool = false, Reseller, Reseller, plain, sale, apart;
            /// The activation code: of each line of that type, and of nothing else.
            code "code": Option<String> = None, Reseller, Reseller, own, sale, admits;
            /// Terms that were sold with the code and begin when it is redeemed, one behind the other.
            terms "terms": Vec<Term> = Vec::new(), Reseller, Nobody, own, edit, apart;
            /// When the code was redeemed; none in stock.
            redeemed_at "redeemed_at": Option<Unix> = None, Reseller, Nobody, own, edit, admits;
            /// Of a code that was sold with others: the first of them.
            batch "batch": Option<LineId> = None, Reseller, Nobody, own, edit, apart;
            /// The package it was last sold under.
            package "package": Option<PackageId> = None, Line, Admin, own, edit, apart;
            /// When the term ends.
            expiry "expires_at": Expiry = Expiry::Never, Line, Admin, own, edit, admits;
            /// Sold as a trial.
            trial "trial": bool = false, Line, Admin, plain, edit, apart;
            /// The switch of its reseller.
            enabled "enabled": bool = true, Line, Reseller, plain, edit, admits;
            /// The switch of the admins; a reseller cannot undo a ban.
            admin_enabled "admin_enabled": bool = true, Line, Admin, plain, edit, admits;
            /// Seats.
            max_connections "max_connections": SeatLimit = SeatLimit::from(1), Line, Admin, plain, edit, admits;
            /// Addresses it may come from; empty allows all.
            allowed_addresses "allowed_addresses": Vec<IpNet> = Vec::new(), Line, Reseller, networks, sale, admits;
            /// User agents it may use (substring, case-insensitive); empty allows all.
            allowed_agents "allowed_agents": Vec<String> = Vec::new(), Line, Reseller, own, sale, admits;
            /// Outputs it may use; empty allows all.
            allowed_outputs "allowed_outputs": Vec<Output> = Vec::new(), Line, Admin, plain, edit, admits;
            /// Its bouquets, in the order of its lists.
            bouquets "bouquets": Vec<BouquetId> = Vec::new(), Line, Reseller, own, sale, admits;
            /// Bound to one network operator.
            isp_lock "isp_lock": bool = false, Line, Reseller, own, sale, admits;
            /// The operator it is bound to, learned at its first connection.
            isp "isp": Option<String> = None, Line, Admin, own, edit, admits;
            /// ISO 3166 country it is bound to.
            country "country": Option<String> = None, Line, Reseller, own, sale, admits;
            /// Feeds another panel: no slates, no device limits.
            restreamer "restreamer": bool = false, Line, Admin, plain, edit, admits;
            /// What happens to a start by a player that has a seat already, when all are taken; none follows
            /// the package, for restreamers refusal, and the settings.
            same_player "same_player": Option<SamePlayer> = None, Line, Admin, plain, edit, apart;
            /// Notes of the admins; resellers do not see them.
            admin_notes "admin_notes": String = String::new(), Admin, Admin, text, edit, apart;
            /// Notes of its reseller.
            reseller_notes "reseller_notes": String = String::new(), Reseller, Reseller, text, sale, apart;
            /// When it was made.
            created_at "created_at": Unix = Unix(0), Line, Nobody, own, edit, apart;
        }
    };
}

macro_rules! is_sale {
    (sale) => {
        true
    };
    (edit) => {
        false
    };
}

macro_rules! keep_apart {
    (apart, $to:ident, $from:ident, $name:ident) => {
        $to.$name.clone_from(&$from.$name)
    };
    (admits, $to:ident, $from:ident, $name:ident) => {};
}

macro_rules! declare_more {
    ($($(#[$meta:meta])* $name:ident $column:literal: $type:ty = $new:expr, $shown:ident, $set:ident, $how:ident,
       $when:ident, $admission:ident;)*) => {
        impl Line {
            /// Whether a field may be chosen where a line is sold.
            pub fn is_chosen_at_sale(field: &str) -> bool {
                const CHOSEN: &[(&str, bool)] = &[$((stringify!($name), is_sale!($when))),*];
                CHOSEN.contains(&(field, true))
            }

            /// Whether another state of it differs in anything by which its connections were admitted.
            pub fn admits_otherwise(&self, after: &Line) -> bool {
                let mut compared = Line { version: self.version, ..after.clone() };
                $(keep_apart!($admission, compared, self, $name);)*
                compared != *self
            }
        }
    };
}

line_fields!([crate::field_list::declare]
    /// One subscription. What surfaces and plugins see of it the engine's view adds: the opened password and what
    /// is worked out.
    Line(LineId)
);
line_fields!([declare_more]);

impl Line {
    /// A line with nothing sold yet.
    pub fn blank(id: LineId, owner: UserId, username: String, now: Unix) -> Line {
        Line { owner, username, created_at: now, ..Line::empty(id) }
    }
}
