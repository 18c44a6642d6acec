//! Effects: what is done outside the database after a commit. They are outbox rows of the same
//! transaction, performed right after it and again after a crash, so each must be idempotent.

use crate::{DocumentId, GuideSourceId, JobId, LineId, Nodes, StreamId, TenantId};
use serde::{Deserialize, Serialize};

/// One thing to do after commit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// Ends connections of a line that it may no longer have (deleted, disabled, expired, fewer seats,
    /// another password, fewer bouquets).
    EndConnections {
        /// Which line.
        line: LineId,
    },
    /// Ends one connection of a line, whatever it may have.
    EndConnection {
        /// Which line.
        line: LineId,
        /// The lease's [fence](crate::lease::Fence).
        fence: u64,
    },
    /// Makes of a stream what it is wanted to be now: it is ended, so that viewers get its new sources, and runs again
    /// at once where it is started. Where it is stopped or gone, connections that hold it end too.
    RestartStream {
        /// Which stream.
        stream: StreamId,
    },
    /// Ends a process of a stream's, if it is still the one that began then. Where its stream is to run, another one
    /// takes its place.
    EndProcess {
        /// Its number.
        pid: u32,
        /// When it began, so that another one which got its number is left alone.
        began: u64,
    },
    /// Looks at all running connections again: a block list, or what bouquets hold, has changed.
    CheckConnections,
    /// Looks when a guide source is due, and ends its fetch when it is fetched no more.
    ScheduleGuide {
        /// Which source; it may be gone.
        source: GuideSourceId,
    },
    /// Looks when a provider is due, ends its fetch when it is fetched no more, and drops the list of one that is gone.
    ScheduleProvider {
        /// Which provider; it may be gone.
        provider: DocumentId,
    },
    /// Begins a mass edit, or ends one that was cancelled.
    ScheduleMassEdit {
        /// Which job.
        job: JobId,
    },
    /// Ends all connections and channels of a tenant that is suspended or gone. An effect of the
    /// control database; of a tenant that is open by then it starts the streams that are to run always.
    EndTenant {
        /// Which tenant.
        tenant: TenantId,
    },
}

/// An effect and the nodes that perform it. Its JSON is the effect's own, with `to` where it is not for all, so that
/// what older programs wrote is for all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AddressedEffect {
    /// What to do.
    #[serde(flatten)]
    pub effect: Effect,
    /// Who does it, and clears it when it is done.
    #[serde(default, skip_serializing_if = "Nodes::are_all")]
    pub to: Nodes,
}

impl From<Effect> for AddressedEffect {
    fn from(effect: Effect) -> AddressedEffect {
        AddressedEffect { effect, to: Nodes::All }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeId;

    #[test]
    fn an_effect_for_all_is_written_as_it_always_was_and_one_for_a_node_names_it() {
        let (line, check) = (LineId(7), Effect::CheckConnections);
        let rows = [
            (AddressedEffect::from(Effect::EndConnections { line }), r#"{"effect":"end_connections","line":7}"#),
            (AddressedEffect::from(check.clone()), r#"{"effect":"check_connections"}"#),
            (
                AddressedEffect { effect: check, to: Nodes::Node(NodeId(u64::MAX - 1)) },
                r#"{"effect":"check_connections","to":{"node":"fffffffffffffffe"}}"#,
            ),
        ];
        for (effect, text) in rows {
            assert_eq!(serde_json::to_string(&effect).unwrap(), text);
            assert_eq!(serde_json::from_str::<AddressedEffect>(text).unwrap(), effect);
        }
    }
}
