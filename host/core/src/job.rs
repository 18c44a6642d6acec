//! A job: long work in chunks, with a progress row, cancellable between chunks. An import that ended early is not taken
//! up again: it is started anew, and what is done already costs no write. A mass edit goes on where it was.

use crate::Refusal;
use crate::line::DeliveryType;
use crate::record::declared::{Reading, Record, RecordField, fields};
use crate::time::Unix;
use crate::{JobId, UserId, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Where a job is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Asked for and not yet begun.
    Waiting,
    /// Chunks are left to do.
    #[default]
    Running,
    /// All done.
    Done,
    /// It stopped at an error, or its process ended; what was committed stays.
    Failed,
    /// Someone asked it to stop; the chunk under way is finished.
    Cancelled,
}

impl JobState {
    /// Whether chunks are left to do.
    pub const fn is_open(self) -> bool {
        matches!(self, JobState::Waiting | JobState::Running)
    }
}

/// What a mass edit edits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edited {
    /// Lines of this type.
    Delivery(DeliveryType),
    /// Records of the kind with this word.
    Records(String),
}

impl Edited {
    /// Its word.
    pub fn word(&self) -> &str {
        match self {
            Edited::Delivery(delivery) => delivery.as_str(),
            Edited::Records(kind) => kind,
        }
    }
}

/// An edit of many lines or records, as it was asked for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MassEdit {
    /// Which admin asked for it; none for the host itself.
    pub user: Option<UserId>,
    /// What they are.
    #[serde(flatten)]
    pub of: Edited,
    /// These, in order of their ids; empty takes all that match.
    pub ids: Vec<u32>,
    /// Of lines: those that a list with this filter has, if any is named.
    pub filter: Option<String>,
    /// Those that a list with this search has, if any is named.
    pub search: Option<String>,
    /// What is set, as an edit of one of them has it.
    pub fields: Map<String, Value>,
}

/// Long work. How far it came and the counts are committed together with each chunk's changes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// What it does: `import_m3u`, `import_xmltv`, …
    pub kind: String,
    /// What it works on, for people.
    pub subject: String,
    /// Where it is.
    pub state: JobState,
    /// How far it came: of an import the entries that were read, of a mass edit the id of the last line or record.
    pub cursor: u64,
    /// What was done, by name: `added`, `changed`, `unchanged`, `skipped:…`.
    pub counts: BTreeMap<String, u64>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it began.
    pub started_at: Unix,
    /// When it ended.
    pub ended_at: Option<Unix>,
    /// What it does, where the host goes on with it by itself.
    pub mass_edit: Option<Box<MassEdit>>,
}

impl Job {
    /// One of which nothing is done yet.
    pub fn new(id: JobId, kind: &str, subject: impl Into<String>, state: JobState, at: Unix) -> Job {
        Job {
            id,
            version: Version(0),
            kind: kind.to_owned(),
            subject: subject.into(),
            state,
            cursor: 0,
            counts: BTreeMap::new(),
            error: None,
            started_at: at,
            ended_at: None,
            mass_edit: None,
        }
    }
}

impl Record for Job {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Hidden Read, "kind": Hidden Read, "subject": Hidden Read, "state": Hidden Write, "cursor": Hidden Read,
        "counts": Hidden Read, "error": Hidden Read, "started_at": Hidden Read, "ended_at": Hidden Read,
        "mass_edit": Hidden Hidden,
    };
    const RESELLERS: Reading = Reading::Never;

    fn blank(_id: u32, _now: Unix) -> Option<Job> {
        None
    }

    fn validate(&self) -> Result<(), Refusal> {
        Ok(())
    }
}
