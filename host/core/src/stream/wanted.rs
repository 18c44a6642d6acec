//! Whether a stream is to run.

use serde::{Deserialize, Serialize};

/// Whether a stream is to run. It is the admins' word, and outlives the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// From the first viewer on, until some time after the last.
    #[default]
    OnDemand,
    /// Always, whether anybody watches or not.
    Started,
    /// Not at all: who asks for it hears that it is away.
    Stopped,
}
