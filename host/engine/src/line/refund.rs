//! What whoever paid for a line gets back when it is deleted.

use crate::credit::give_back;
use crate::{Result, Work};
use host_core::Refusal;
use host_core::kind::Key;
use host_core::ledger::Account;
use host_core::line::{DeliveryType, Line};
use host_core::refusal::Code;
use host_core::settings::Refunds;
use host_core::user::User;

/// Gives back each price that was paid for the line, by the settings: an extension is a price of its own. What a user
/// paid who is gone stays with the panel. Whoever deletes it may leave that out, and cannot have what the settings do
/// not give.
///
/// # Errors
/// `not_permitted` where it is `wanted` and not given.
pub(super) async fn refund(work: &mut Work, line: &Line, wanted: Option<bool>) -> Result<()> {
    if wanted == Some(false) {
        return Ok(());
    }
    let (tenant, key) = (work.caller().tenant, Key::Line(line.id));
    let policy = work.engine().settings(tenant).await?.refunds;
    let is_stock = line.delivery == DeliveryType::Code && line.redeemed_at.is_none();
    let is_refunded = match policy {
        Refunds::Never => false,
        Refunds::Codes => is_stock,
        Refunds::Unused => is_stock || work.engine().seen(tenant, vec![key]).await?.is_empty(),
    };
    if !is_refunded {
        let message = "What this cost is not given back, by the settings; leave refund out to delete it all the same.";
        let refused = || Refusal::field(Code::NotPermitted, "refund", message).into();
        return if wanted == Some(true) { Err(refused()) } else { Ok(()) };
    }
    for paid in work.engine().store().purchases(tenant, key).await? {
        let moved = paid.transfer;
        if let Account::User(user) = moved.from
            && work.know::<User>(user).await?.is_some()
        {
            give_back(work, &moved, moved.amount, "Deleted before it was used.".to_owned()).await?;
        }
    }
    Ok(())
}
