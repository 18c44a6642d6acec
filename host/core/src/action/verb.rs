//! What a common action does: a verb on a kind. Such an action is described, and needs no code of its plugin: the
//! host puts what was sent into the kind's own words, the SDK calls the verb.

use serde::{Deserialize, Serialize};

/// A verb on the kind that is named.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// A page of rows; its parameters set fields of the verb's query.
    List(String),
    /// The row whose id is the parameter `id`; of a kind that has but one row, that one.
    Get(String),
    /// A new row.
    Create(String),
    /// Sets the fields that were sent, of the row as for `get`.
    Edit(String),
    /// Deletes the row whose id is the parameter `id`; of a user the other parameters say who gets what was theirs.
    Delete(String),
    /// A new row that is paid for.
    Sell(String),
    /// Makes another thing of the row whose id is the parameter `id`; the answer is of the kind that it is then.
    Convert(String),
    /// Another activation code for the row whose id is the parameter `id`.
    #[serde(rename = "new_code")]
    NewCode(String),
    /// Sets the fields that were sent, of all rows that the parameters `ids`, `search` and `filter` choose; the answer is
    /// the job that does it.
    #[serde(rename = "mass_edit")]
    MassEdit(String),
}

/// Which value of a parameter stands for nothing: it sets its field to null.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nothing {
    /// The empty text.
    Empty,
    /// The number 0.
    Zero,
    /// A flag that is set. One that is not sets nothing.
    Set,
}

impl Verb {
    /// The kind.
    pub fn kind(&self) -> &str {
        match self {
            Verb::List(kind)
            | Verb::Get(kind)
            | Verb::Create(kind)
            | Verb::Edit(kind)
            | Verb::Delete(kind)
            | Verb::Sell(kind)
            | Verb::Convert(kind)
            | Verb::NewCode(kind)
            | Verb::MassEdit(kind) => kind,
        }
    }

    /// The kind that it answers with.
    pub fn answers(&self) -> &str {
        match self {
            Verb::Convert(_) => "line",
            Verb::MassEdit(_) => "job",
            other => other.kind(),
        }
    }

    /// Whether it changes something.
    pub fn writes(&self) -> bool {
        !matches!(self, Verb::List(_) | Verb::Get(_))
    }

    /// Whether it is about one row, which its parameter `id` names.
    pub fn is_about_one(&self) -> bool {
        !matches!(self, Verb::List(_) | Verb::Create(_) | Verb::Sell(_) | Verb::MassEdit(_))
    }
}
