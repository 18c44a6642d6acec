//! What whoever paid for a line gets back when it is deleted.

use crate::credit::give_back;
use crate::{Result, Work};
use host_core::kind::Key;
use host_core::ledger::Account;
use host_core::line::{DeliveryType, Line};
use host_core::settings::Refunds;
use host_core::user::User;

/// Gives back each price that was paid for the line, by the settings: an extension is a price of its own. What a user
/// paid who is gone stays with the panel.
pub(super) async fn refund(work: &mut Work, line: &Line) -> Result<()> {
    let (tenant, key) = (work.caller().tenant, Key::Line(line.id));
    let policy = work.engine().settings(tenant).await?.refunds;
    let is_stock = line.delivery == DeliveryType::Code && line.redeemed_at.is_none();
    let is_refunded = match policy {
        Refunds::Never => false,
        Refunds::Codes => is_stock,
        Refunds::Unused => is_stock || work.engine().seen(tenant, vec![key]).await?.is_empty(),
    };
    if !is_refunded {
        return Ok(());
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
