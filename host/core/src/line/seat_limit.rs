//! How many connections a line may have at a time.

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
