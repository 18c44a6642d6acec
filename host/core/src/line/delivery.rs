//! What a line is delivered to.

use serde::{Deserialize, Serialize};

/// What a line is delivered to. A box or a code is a line like any other, so that sale, scope, seats, ban and expiry are
/// said once; what is known of the box stands beside it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryType {
    /// Players that sign in with user name and password.
    #[default]
    Line,
    /// A box with a MAG portal.
    Mag,
    /// An Enigma2 receiver.
    Enigma,
    /// A player that signs in with an activation code alone.
    Code,
}
