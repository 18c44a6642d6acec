//! Credits move; they are never set. The host guards the balances.

use crate::bindings::linecard::credits::credits as host;
use crate::{Credits, Refusal, read};
use serde::Deserialize;

/// What a movement did.
#[derive(Clone, Debug, Deserialize)]
pub struct Adjusted {
    /// Whose balance.
    pub id: u32,
    /// The balance before: a late value. Place it in the reply as it is; the host fills it in
    /// after commit.
    pub before: String,
    /// The balance after, likewise.
    pub after: String,
    /// The amount.
    pub adjusted: Credits,
}

/// Moves credits between the caller and a user below them: a positive amount gives, a negative
/// one takes back. Admins give from and take to the panel itself.
pub fn adjust(user: u32, amount: &Credits, note: &str) -> Result<Adjusted, Refusal> {
    read(&host::adjust(user, amount.as_str(), note)?)
}
