//! A line: one subscription, its facts, and the pure rules on them. The shown status is derived, never stored.

mod visit;

pub use visit::{Barred, Visit};

use crate::secret::{Mac, Sealed};
use crate::settings::{SamePlayer, Settings};
use crate::time::{Expiry, Term, Unix};
use crate::{BouquetId, LineId, PackageId, UserId, Version};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// How many seats a line has. Serialised as a number, 0 for [`SeatLimit::Unlimited`] (the player
/// protocol's convention).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "u32", into = "u32")]
pub enum SeatLimit {
    /// Any number of connections.
    Unlimited,
    /// At most this number of connections at any moment.
    AtMost(NonZeroU32),
}

impl From<u32> for SeatLimit {
    fn from(number: u32) -> Self {
        NonZeroU32::new(number).map_or(SeatLimit::Unlimited, SeatLimit::AtMost)
    }
}

impl From<SeatLimit> for u32 {
    fn from(seats: SeatLimit) -> Self {
        match seats {
            SeatLimit::Unlimited => 0,
            SeatLimit::AtMost(number) => number.get(),
        }
    }
}

/// A form in which streams leave the panel. The order is the one of `allowed_output_formats`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// HLS.
    M3u8,
    /// MPEG-TS over HTTP.
    Ts,
    /// RTMP.
    Rtmp,
}

impl Output {
    /// Every output, in wire order.
    pub const ALL: [Output; 3] = [Output::M3u8, Output::Ts, Output::Rtmp];
}

/// One subscription. Serialises to the *line view* that plugins read, without its password;
/// the engine adds the opened password and the derived fields.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Its id.
    pub id: LineId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// The user who owns it.
    pub owner: UserId,
    /// Unique in the tenant, case-sensitive.
    pub username: String,
    /// The password, readable again by the API.
    #[serde(skip)]
    pub password: Sealed,
    /// The password's keyed digest, for sign-in.
    #[serde(skip)]
    pub password_mac: Mac,
    /// The package it was last sold under.
    pub package: Option<PackageId>,
    /// When the term ends.
    pub expiry: Expiry,
    /// Sold as a trial.
    pub trial: bool,
    /// The switch of its reseller.
    pub enabled: bool,
    /// The switch of the admins; a reseller cannot undo a ban.
    pub admin_enabled: bool,
    /// Seats.
    pub max_connections: SeatLimit,
    /// Addresses it may come from; empty allows all.
    pub allowed_addresses: Vec<IpNet>,
    /// User agents it may use (substring, case-insensitive); empty allows all.
    pub allowed_agents: Vec<String>,
    /// Outputs it may use; empty allows all.
    pub allowed_outputs: Vec<Output>,
    /// Its bouquets, in the order of its lists.
    pub bouquets: Vec<BouquetId>,
    /// Bound to one network operator.
    pub isp_lock: bool,
    /// The operator it is bound to, learned at its first connection.
    pub isp: Option<String>,
    /// ISO 3166 country it is bound to.
    pub country: Option<String>,
    /// Feeds another panel: no slates, no device limits.
    pub restreamer: bool,
    /// What happens to a start by a player that has a seat already, when all are taken; none follows
    /// the package, for restreamers refusal, and the settings.
    pub same_player: Option<SamePlayer>,
    /// Notes of the admins; resellers do not see them.
    pub admin_notes: String,
    /// Notes of its reseller.
    pub reseller_notes: String,
    /// When it was made.
    pub created_at: Unix,
}

/// The status that surfaces show. A ban counts before a switch, and a switch before the term.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineStatus {
    /// May play.
    Active,
    /// Banned by an admin.
    Banned,
    /// Switched off by its reseller.
    Disabled,
    /// Its term is over.
    Expired,
}

impl Line {
    /// The status at `now`.
    pub fn status(&self, now: Unix) -> LineStatus {
        if !self.admin_enabled {
            LineStatus::Banned
        } else if !self.enabled {
            LineStatus::Disabled
        } else if self.expiry.is_past(now) {
            LineStatus::Expired
        } else {
            LineStatus::Active
        }
    }

    /// Whether the line may use this output.
    pub fn allows_output(&self, output: Output) -> bool {
        self.allowed_outputs.is_empty() || self.allowed_outputs.contains(&output)
    }

    /// The outputs to announce: never empty, in wire order.
    pub fn outputs(&self) -> Vec<Output> {
        Output::ALL.into_iter().filter(|output| self.allows_output(*output)).collect()
    }

    /// What happens to a start by a player that has a seat already, when all are taken: the line
    /// says it, or its package, or that it feeds another panel, or the settings.
    pub fn same_player(&self, of_package: Option<SamePlayer>, settings: &Settings) -> SamePlayer {
        let own = self.same_player.or(of_package);
        own.unwrap_or(if self.restreamer { SamePlayer::Refuse } else { settings.same_player })
    }

    /// The expiry after buying `term` at `now`: counted from the later of now and the current
    /// end.
    ///
    /// # Errors
    /// When there is no term to be had: nobody may be charged for it then.
    pub fn extended(&self, term: Term, now: Unix) -> Result<Expiry, NotExtended> {
        let Expiry::At(end) = self.expiry else { return Err(NotExtended::Endless) };
        let extended = Expiry::At(term.after(end.max(now)));
        if extended.is_sayable() { Ok(extended) } else { Err(NotExtended::TooLong) }
    }
}

/// Why a line cannot be extended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotExtended {
    /// It has no end.
    Endless,
    /// It would end after [`Expiry::LATEST`].
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Unit;

    pub(super) fn line() -> Line {
        Line {
            id: LineId(1),
            version: Version(1),
            owner: UserId(1),
            username: "guest".into(),
            password: Sealed::default(),
            password_mac: Mac::default(),
            package: None,
            expiry: Expiry::At(Unix(1_000)),
            trial: false,
            enabled: true,
            admin_enabled: true,
            max_connections: SeatLimit::from(2),
            allowed_addresses: vec![],
            allowed_agents: vec![],
            allowed_outputs: vec![],
            bouquets: vec![],
            isp_lock: false,
            isp: None,
            country: None,
            restreamer: false,
            same_player: None,
            admin_notes: String::new(),
            reseller_notes: String::new(),
            created_at: Unix(0),
        }
    }

    #[test]
    fn a_ban_is_shown_before_all_else_and_expiry_last() {
        let now = Unix(2_000);
        let mut line = line();
        assert_eq!(line.status(now), LineStatus::Expired);
        line.enabled = false;
        assert_eq!(line.status(now), LineStatus::Disabled);
        line.admin_enabled = false;
        assert_eq!(line.status(now), LineStatus::Banned);
    }

    #[test]
    fn extension_counts_from_the_later_of_now_and_the_end() {
        let day = Term { count: 1, unit: Unit::Days };
        let line = line();
        assert_eq!(line.extended(day, Unix(500)), Ok(Expiry::At(Unix(1_000 + 86_400))));
        assert_eq!(line.extended(day, Unix(5_000)), Ok(Expiry::At(Unix(5_000 + 86_400))));
    }

    #[test]
    fn where_no_term_is_to_be_had_none_is_sold() {
        let day = Term { count: 1, unit: Unit::Days };
        let endless = Line { expiry: Expiry::Never, ..line() };
        assert_eq!(endless.extended(day, Unix(5_000)), Err(NotExtended::Endless));
        let last = Line { expiry: Expiry::At(Expiry::LATEST), ..line() };
        assert_eq!(last.extended(day, Unix(5_000)), Err(NotExtended::TooLong));
    }

    #[test]
    fn a_restreamers_players_do_not_take_each_other_over_unless_that_is_said() {
        let settings = Settings::default();
        let (plain, feeds) = (line(), Line { restreamer: true, ..line() });
        assert_eq!(plain.same_player(None, &settings), SamePlayer::TakeOver);
        assert_eq!(feeds.same_player(None, &settings), SamePlayer::Refuse);
        assert_eq!(feeds.same_player(Some(SamePlayer::TakeOver), &settings), SamePlayer::TakeOver);
        let said = Line { same_player: Some(SamePlayer::Refuse), ..plain.clone() };
        assert_eq!(said.same_player(Some(SamePlayer::TakeOver), &settings), SamePlayer::Refuse);
        let all = Settings { same_player: SamePlayer::Refuse, ..settings };
        assert_eq!(plain.same_player(None, &all), SamePlayer::Refuse);
    }

    #[test]
    fn outputs_are_announced_in_wire_order_and_never_empty() {
        let mut line = line();
        assert_eq!(line.outputs(), Output::ALL);
        line.allowed_outputs = vec![Output::Ts, Output::M3u8];
        assert_eq!(line.outputs(), [Output::M3u8, Output::Ts]);
    }
}
