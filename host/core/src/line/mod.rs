//! A line: one subscription, its facts, and the pure rules on them. The shown status is derived, never stored.

mod delivery;
mod fields;
mod output;
mod restream;
mod seat_limit;
mod visit;

pub use delivery::DeliveryType;
pub use fields::Line;
pub use output::Output;
pub use restream::panel_sign;
pub use seat_limit::SeatLimit;
pub use visit::{Barred, Visit};

use crate::settings::{SamePlayer, Settings};
use crate::time::{Expiry, Term, Unix};
use serde::{Deserialize, Serialize};

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
    /// Sold as a code that nobody has redeemed.
    Stock,
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
        } else if self.is_in_stock() {
            LineStatus::Stock
        } else if self.expiry.is_past(now) {
            LineStatus::Expired
        } else {
            LineStatus::Active
        }
    }

    /// Whether it was sold as a code that nobody has redeemed.
    pub fn is_in_stock(&self) -> bool {
        self.delivery == DeliveryType::Code && self.redeemed_at.is_none()
    }

    /// Begins the terms of a code in stock, one behind the other.
    ///
    /// # Errors
    /// When they would end too late.
    pub fn redeemed(&self, now: Unix) -> Result<Line, NotExtended> {
        let end = self.terms.iter().fold(now, |end, term| term.after(end));
        let expiry = Expiry::At(end);
        if !expiry.is_sayable() {
            return Err(NotExtended::TooLong);
        }
        Ok(Line { expiry, terms: Vec::new(), redeemed_at: Some(now), ..self.clone() })
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
    use crate::{LineId, UserId, Version};

    pub(super) fn line() -> Line {
        let blank = Line::blank(LineId(1), UserId(1), "guest".into(), Unix(0));
        Line { version: Version(1), expiry: Expiry::At(Unix(1_000)), max_connections: SeatLimit::from(2), ..blank }
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
    fn the_terms_of_a_code_begin_when_it_is_redeemed() {
        let (day, now) = (Term { count: 1, unit: Unit::Days }, Unix(50_000));
        let code = Line { delivery: DeliveryType::Code, expiry: Expiry::Never, terms: vec![day, day], ..line() };
        assert_eq!(code.status(now), LineStatus::Stock);
        let redeemed = code.redeemed(now).unwrap();
        assert_eq!((redeemed.expiry, redeemed.terms.len()), (Expiry::At(Unix(50_000 + 2 * 86_400)), 0));
        assert_eq!(redeemed.status(now), LineStatus::Active);
        assert_eq!(redeemed.status(Unix(50_000 + 2 * 86_400)), LineStatus::Expired);
        let banned = Line { admin_enabled: false, ..code };
        assert_eq!(banned.status(now), LineStatus::Banned);
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
