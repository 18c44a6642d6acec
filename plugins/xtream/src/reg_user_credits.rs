//! `reg_user/credits`: adds an amount to the balance of an account, or takes it where it is negative; without an amount
//! it tells the balance.

use crate::parameters::RegUserCredits;
use linecard_sdk::logs::{self, Log};
use linecard_sdk::serde::Serialize;
use linecard_sdk::users::{self, UserView};
use linecard_sdk::{Call, Credits, Refusal, Reply, credits, reply};

/// Decimal places of an amount.
const PLACES: usize = 4;

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Balance {
    /// All that the account ever got.
    credits: String,
    /// What it paid of that.
    used_credits: String,
    /// What is left.
    available_credits: String,
}

pub(crate) fn reg_user_credits(call: Call<RegUserCredits>) -> Result<Reply, Refusal> {
    let own = call.caller().user;
    let wish = call.parameters;
    let amount = wish.amount.filter(|amount| units(amount) != 0);
    let missing = || Refusal::field("no_amount", "id", "Send an amount, and the id or the username of an account.");
    let user = match (wish.id, wish.username, own) {
        (Some(id), ..) => users::get(id)?,
        (None, Some(username), _) => users::find(&username)?,
        (None, None, Some(own)) if amount.is_none() => users::get(own)?,
        (None, None, _) => return Err(missing()),
    };
    let user = user.read()?;
    match amount {
        Some(amount) => {
            credits::adjust(user.id, &amount, &wish.note.unwrap_or_default())?;
            // Nothing stands beside the result.
            reply::data(&Nothing {})
        }
        None => reply::data(&balance(&user)?),
    }
}

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Nothing {}

fn balance(user: &UserView) -> Result<Balance, Refusal> {
    let (left, spent) = (units(&user.credits), spent(user.id)?);
    Ok(Balance { credits: said(left.saturating_add(spent)), used_credits: said(spent), available_credits: said(left) })
}

/// What an account has paid, in ten-thousandths.
fn spent(user: u32) -> Result<i64, Refusal> {
    let mut query = logs::Query { user: Some(user), limit: Some(1_000), ..logs::Query::default() };
    let mut spent = 0_i64;
    loop {
        let page = logs::list(Log::Credits, &query)?.read()?;
        for row in &page.rows {
            let amount = row.get("amount").and_then(|amount| amount.as_str()).map_or(0, units_of);
            spent = spent.saturating_sub(amount.min(0));
        }
        match page.cursor {
            Some(cursor) => query.after = Some(cursor),
            None => return Ok(spent),
        }
    }
}

fn units(credits: &Credits) -> i64 {
    units_of(credits.as_str())
}

/// Decimal text with at most four places, which the host has checked, in ten-thousandths.
fn units_of(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let number = format!("{whole}{places:0<PLACES$}");
    number.parse::<i64>().unwrap_or(0).saturating_mul(sign)
}

/// With two places, or four where there is something in them.
fn said(units: i64) -> String {
    let (sign, units) = (if units < 0 { "-" } else { "" }, units.unsigned_abs());
    let text = format!("{sign}{}.{:04}", units / 10_000, units % 10_000);
    text.strip_suffix("00").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_summed_without_floating_point() {
        for (text, units, again) in
            [("485.00", 4_850_000, "485.00"), ("-0.125", -1_250, "-0.1250"), ("7", 70_000, "7.00"), ("", 0, "0.00")]
        {
            assert_eq!((units_of(text), said(units)), (units, again.to_owned()), "{text}");
        }
    }
}
