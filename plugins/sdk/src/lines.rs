//! Lines: subscriptions. Every function works in the scope of the signed-in caller.

use crate::bindings::linecard::lines::lines as host;
pub use crate::facts::{LineStatus, Mine, Output, OwnLine, Server};
use crate::records::{Page, Query};
use crate::{Expiry, Held, Refusal, read, written};
use serde::{Deserialize, Serialize};

/// A line, as its caller may see it.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct LineView {
    pub id: u32,
    pub username: String,
    pub password: String,
    /// The user who owns it.
    pub owner: u32,
    /// The reseller who owns it; none for a line of the panel itself.
    pub reseller: Option<u32>,
    /// `line`, `mag`, `enigma` or `code`.
    pub delivery: String,
    /// Of a box.
    pub mac: Option<String>,
    pub lock_device: bool,
    /// Of what was sold as a code.
    pub code: Option<String>,
    /// The package it was last sold under.
    pub package: Option<u32>,
    pub expiry: Expiry,
    pub trial: bool,
    /// The switch of its reseller.
    pub enabled: bool,
    /// The switch of the admins.
    pub admin_enabled: bool,
    pub status: LineStatus,
    /// Seats; 0 is unlimited.
    pub max_connections: u32,
    pub active_connections: u32,
    pub allowed_addresses: Vec<String>,
    pub allowed_agents: Vec<String>,
    /// Of `m3u8`, `ts`, `rtmp`; empty allows all.
    pub allowed_outputs: Vec<String>,
    pub bouquets: Vec<u32>,
    pub isp_lock: bool,
    pub isp: Option<String>,
    pub country: Option<String>,
    pub restreamer: bool,
    /// `take_over` or `refuse`; none is as the package or the settings say.
    pub same_player: Option<String>,
    /// Empty for resellers.
    pub admin_notes: String,
    pub reseller_notes: String,
    pub created_at: i64,
    /// When, where and with what it last signed in; where it was asked for.
    pub seen: Option<Seen>,
}

/// What was last seen of a line.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[allow(missing_docs)]
pub struct Seen {
    /// Unix seconds.
    pub at: i64,
    pub address: String,
    /// What its player said of itself.
    pub agent: String,
}

/// Fields to set; what is `None` is left to the host's default or as it was.
#[derive(Clone, PartialEq, Default, Serialize)]
#[allow(missing_docs)]
pub struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The MAC address of a box.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_device: Option<bool>,
    /// The activation code of what is sold as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Expiry>,
    /// `Some(None)` gives it to the panel itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Option<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_addresses: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_agents: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_outputs: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bouquets: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isp_lock: Option<bool>,
    /// `Some(None)` forgets the learned network operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isp: Option<Option<String>>,
    /// `Some(None)` lifts the binding to a country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restreamer: Option<bool>,
    /// `Some(None)` goes by the package or the settings again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_player: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reseller_notes: Option<String>,
}

impl Options {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Options::default()
    }
}

/// All that an ordinary player action needs of the calling line, in one call of the host.
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::useless_conversion, reason = "natively the host tells it as the SDK shows it")
)]
pub fn mine() -> Result<Mine, Refusal> {
    Ok(host::mine()?.into())
}

/// What lines are delivered to. As [`LINE`] a function that names one by its id is about a line of any type.
pub const LINE: &str = "line";
const CODE: &str = "code";

/// A line of any type.
pub fn get(id: u32) -> Result<Held<LineView>, Refusal> {
    Ok(Held::new(host::get(LINE, id)?))
}

/// By what somebody names a line who knows no id.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum By<'a> {
    /// What its player signs in with.
    Login {
        /// The user name.
        username: &'a str,
        /// The password.
        password: &'a str,
    },
    /// The address of a box.
    Mac {
        /// The address.
        mac: &'a str,
    },
}

/// The line of a type that somebody names so; with another password it is `not_found`.
pub fn find(kind: &str, by: By<'_>) -> Result<Held<LineView>, Refusal> {
    Ok(Held::new(host::find(kind, &written(&by))?))
}

/// What a line's bouquets hold.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Carried {
    /// Streams, but no episodes.
    pub streams: Vec<u32>,
    /// Series.
    pub series: Vec<u32>,
}

/// What the line's bouquets hold that is switched on, each once, in their order.
pub fn carried(id: u32) -> Result<Carried, Refusal> {
    read(&host::carried(id)?)
}

/// A page of the lines of a type (`line`, `mag`, `enigma`, `code`), as committed: without this call's own changes.
pub fn list(kind: &str, query: &Query) -> Result<Held<Page<LineView>>, Refusal> {
    Ok(Held::new(host::list(kind, &written(query))?))
}

/// Sells a new line of a type under a package: charges the caller, creates the line.
pub fn sell(kind: &str, package: u32, trial: bool, options: &Options) -> Result<Held<LineView>, Refusal> {
    let sale = Sale { package, trial, options };
    Ok(Held::new(host::sell(kind, &written(&sale))?))
}

/// What a sale is made of.
#[derive(Serialize)]
struct Sale<'a> {
    package: u32,
    trial: bool,
    #[serde(flatten)]
    options: &'a Options,
}

/// Creates a line of a type without a sale; admins only.
pub fn create(kind: &str, options: &Options) -> Result<Held<LineView>, Refusal> {
    Ok(Held::new(host::create(kind, &written(options))?))
}

/// Sets the fields that are there.
pub fn edit(id: u32, options: &Options) -> Result<Held<LineView>, Refusal> {
    Ok(Held::new(host::edit(LINE, id, &written(options))?))
}

/// Sells another term: charges the caller, extends from the later of now and the current end.
pub fn extend(id: u32, package: u32, trial: bool) -> Result<Held<LineView>, Refusal> {
    Ok(Held::new(host::extend(id, package, trial)?))
}

/// Deletes a line and ends its connections.
pub fn delete(id: u32) -> Result<(), Refusal> {
    Ok(host::delete(LINE, id)?)
}

/// Deletes an activation code. With a `refund` nothing is given back where it is false, and nothing is deleted where it is
/// true and nothing would be given back; else the settings say.
pub fn delete_code(id: u32, refund: Option<bool>) -> Result<(), Refusal> {
    #[derive(Serialize)]
    struct Options {
        #[serde(skip_serializing_if = "Option::is_none")]
        refund: Option<bool>,
    }
    Ok(host::delete_with(CODE, id, &written(&Options { refund }))?)
}

/// Codes that were sold together.
#[derive(Clone, Debug, Deserialize)]
pub struct Batch {
    /// The first of them.
    pub id: u32,
    /// Their package.
    pub package: Option<u32>,
    /// Who owns them.
    pub owner: u32,
    /// When they were made, in unix seconds.
    pub created_at: i64,
    /// How many are there.
    pub codes: u32,
    /// How many of these were redeemed.
    pub redeemed: u32,
}

/// A page of batches.
#[derive(Clone, Debug, Deserialize)]
pub struct Batches {
    /// The batches, the newest first.
    pub rows: Vec<Batch>,
    /// How many there are in all.
    pub total: u32,
}

/// A page of the batches of codes.
pub fn batches(start: u32, limit: u32) -> Result<Batches, Refusal> {
    #[derive(Serialize)]
    struct Page {
        start: u32,
        limit: u32,
    }
    read(&host::batches(&written(&Page { start, limit }))?)
}

/// All codes of a batch, the newest first; none where there is no such batch.
pub fn codes_of(batch: u32) -> Result<Held<Page<LineView>>, Refusal> {
    #[derive(Serialize)]
    struct Of {
        batch: u32,
        limit: u32,
    }
    Ok(Held::new(host::list(CODE, &written(&Of { batch, limit: Query::MOST }))?))
}

/// What an activation code is worth; who asks for what is none is counted as one who signs in wrongly.
pub fn check_code(code: &str) -> Result<Held<LineView>, Refusal> {
    Ok(Held::new(host::check_code(code)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_carry_only_what_was_set() {
        let options =
            Options { isp: Some(None), expiry: Some(Expiry::Never), trial: Some(false), ..Options::default() };
        assert_eq!(written(&options), r#"{"expiry":null,"trial":false,"isp":null}"#);
    }
}
