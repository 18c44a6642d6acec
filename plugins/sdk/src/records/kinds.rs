//! The documents of the kinds, as the host writes them: a field that is missing has its default, so
//! that plugins and hosts of different versions understand each other.

use crate::Credits;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A length of time as packages state it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// How many units.
    pub count: u32,
    /// `hours`, `days`, `months` or `years`.
    pub unit: String,
}

impl Term {
    /// Whole months in this term; 0 for shorter ones.
    pub fn whole_months(&self) -> u32 {
        match self.unit.as_str() {
            "hours" => self.count / (24 * 30),
            "days" => self.count / 30,
            "years" => self.count * 12,
            _ => self.count,
        }
    }
}

/// A term at a price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Offer {
    /// What it costs.
    #[serde(serialize_with = "as_text")]
    pub price: Credits,
    /// How long it lasts.
    pub term: Term,
}

/// Documents carry amounts as text; only replies show them as numbers.
fn as_text<S: serde::Serializer>(price: &Credits, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(price.as_str())
}

/// What is sold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Package {
    pub id: u32,
    pub name: String,
    /// The regular offer; none when the package is not sold.
    pub official: Option<Offer>,
    /// The trial offer; none when it cannot be tried.
    pub trial: Option<Offer>,
    /// Groups whose resellers may sell it.
    pub groups: Vec<u32>,
    pub bouquets: Vec<u32>,
    pub outputs: Vec<String>,
    pub max_connections: u32,
    pub for_lines: bool,
    pub for_mag: bool,
    pub for_enigma: bool,
    pub restreamer: bool,
    pub isp_lock: bool,
    pub country: Option<String>,
    /// `take_over` or `refuse`; none is as the settings say.
    pub same_player: Option<String>,
    pub lock_device: bool,
    /// Sold on top of other packages.
    pub addon: bool,
    /// Packages that may be sold on top of it.
    pub addons: Vec<u32>,
    pub check_compatible: bool,
}

/// Trials per reseller.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trials {
    /// How many.
    pub count: u32,
    /// In which span that ends now.
    pub window: Term,
}

/// Rights of resellers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Group {
    pub id: u32,
    pub name: String,
    /// May be deleted, once nothing uses it.
    pub deletable: bool,
    pub allowed_pages: Vec<String>,
    pub create_users: bool,
    pub user_price: Credits,
    /// Groups that its users may give to sub-resellers.
    pub user_groups: Vec<u32>,
    pub delete_lines: bool,
    pub delete_users: bool,
    pub change_bouquets: bool,
    pub change_usernames: bool,
    pub change_passwords: bool,
    /// May bind lines to addresses, players and countries.
    pub restrict_lines: bool,
    pub trials: Option<Trials>,
    pub trial_balance: Credits,
    pub min_username: u32,
    pub min_password: u32,
    pub see_connections: bool,
    pub see_movies: bool,
    pub download_playlists: bool,
    pub notice: String,
    /// Packages that its users may sell; only for admins.
    pub packages: Vec<u32>,
}

/// Where a guide comes from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct GuideSource {
    pub id: u32,
    pub name: String,
    /// Its address; empty for one that is imported by command.
    pub url: String,
    pub enabled: bool,
    /// The job of the last import that was asked for or fetched.
    pub job: Option<u32>,
}

/// An address from which RTMP is pushed or pulled.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct RtmpAddress {
    pub id: u32,
    pub address: String,
    pub push: bool,
    pub pull: bool,
}

/// An address or network that is turned away.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct BlockedAddress {
    pub id: u32,
}

/// A set of streams and series.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Bouquet {
    /// Its id.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Place among the bouquets.
    pub position: i32,
    /// The first of what it holds, in order; only for admins.
    pub members: Option<Vec<Member>>,
    /// How much it holds of each kind (`live`, `created_channel`, `radio`, `movie`, `series`); only
    /// for admins.
    pub counts: BTreeMap<String, u32>,
}

/// A change of a bouquet's members, applied in the order of the fields.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MembersChange {
    /// These leave it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<Member>,
    /// These are added at the end; those that it has stay where they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Member>,
    /// These are put at the spot, in this order.
    #[serde(rename = "move", skip_serializing_if = "Vec::is_empty")]
    pub put: Vec<Member>,
    /// Where; at the end when nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Spot>,
}

/// Where members are put.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Spot {
    /// Before all others.
    First,
    /// Behind all others.
    Last,
    /// Right before this one.
    Before(Member),
    /// Right behind this one.
    After(Member),
}

/// Something a bouquet holds: `{"stream":7}` or `{"series":3}`; what is read of a stream also
/// has its `kind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// A stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<u32>,
    /// A series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<u32>,
    /// What the stream is; only in answers.
    #[serde(default, skip_serializing)]
    pub kind: Option<String>,
}

impl Member {
    /// A stream.
    pub fn stream(id: u32) -> Member {
        Member { stream: Some(id), series: None, kind: None }
    }

    /// A series.
    pub fn series(id: u32) -> Member {
        Member { stream: None, series: Some(id), kind: None }
    }
}

/// Something to watch or hear.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Stream {
    pub id: u32,
    /// `live`, `created_channel`, `movie`, `episode` or `radio`.
    pub kind: String,
    pub name: String,
    pub enabled: bool,
    pub categories: Vec<u32>,
    pub icon: String,
    /// In the order they are tried: each its address as a text, or a document `{"url", "headers", "program",
    /// "interface"}` where more than the address is set. They hold credentials.
    pub sources: Vec<Value>,
    /// What a created channel plays, each as a source.
    pub playlist: Vec<Value>,
    pub shuffle: bool,
    /// `on_demand`, `started` or `stopped`.
    pub wanted: String,
    /// A `transcode_profile`.
    pub profile: Option<u32>,
    /// `fan_out`, `proxy` or `redirect`.
    pub delivery: String,
    pub guide_channel: String,
    pub guide_source: Option<u32>,
    /// Minutes added to guide times.
    pub guide_offset: i32,
    pub archive_days: u32,
    pub custom_sid: String,
    pub adult: bool,
    pub container: String,
    pub notes: String,
    pub added_at: i64,
}

/// Settings of the tenant; there is one row, [`Settings::ID`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Settings {
    pub server_name: String,
    pub welcome_message: String,
    pub timezone: String,
    /// `refuse` or `end_oldest`.
    pub connection_policy: String,
    /// `take_over` or `refuse`.
    pub same_player: String,
    /// `exact`, `prefix` or `none`.
    pub hls_bind: String,
    pub auth_failed_status: u32,
    pub not_in_bouquet_status: u32,
    pub far_expiry: bool,
    pub player_cors: bool,
    /// Networks.
    pub api_addresses: Vec<String>,
    /// `off`, `code`, `shipped` or `all`.
    pub docs: String,
    pub guide_days: u32,
}

impl Settings {
    /// The id of the one row.
    pub const ID: u32 = 1;
}
