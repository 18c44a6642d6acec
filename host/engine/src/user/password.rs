//! Sets a user's own password, chosen or generated.

use crate::{Result, Work, session};
use host_core::caller::CallerRole;
use host_core::secret::{PasswordHash, Secret};
use host_core::session::Holder;
use host_core::user::User;
use host_core::{UserId, name};
use serde_json::{Value, json};

/// Characters of generated passwords: 80 bits.
const GENERATED: usize = 16;

/// Gives a user another password: the chosen one, or a generated one that the answer shows once:
/// `{"id","username","password"}`. All sessions of the user end.
///
/// # Errors
/// `not_found`, `invalid_password`, `unavailable` when too many passwords are hashed at once.
pub async fn reset_password(work: &mut Work, id: UserId, chosen: Option<&Secret>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let user: User = work.get(id).await?;
    let (password, shown) = hashed(work, chosen).await?;
    session::end_of(work, Holder::User(id)).await?;
    work.update(&user, User { password, ..user.clone() });
    Ok(json!({ "id": id, "username": user.username, "password": shown }))
}

/// The hash of the chosen or a generated password, and the generated one in the clear.
pub(crate) async fn hashed(work: &mut Work, chosen: Option<&Secret>) -> Result<(PasswordHash, Option<String>)> {
    let (password, shown) = match chosen {
        Some(chosen) => {
            name::user_password(chosen.reveal())?;
            (chosen.clone(), None)
        }
        None => {
            let text = work.random_text(GENERATED);
            (Secret::new(text.clone()), Some(text))
        }
    };
    let salt = work.random(16);
    let hash = work.engine().hash_password(&password, salt).await?;
    Ok((hash, shown))
}
