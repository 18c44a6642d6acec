//! A tenant's settings: one row, every field with a default that is safe.

use crate::Refusal;
use crate::journal::Log;
use crate::record::declared::{Reading, Record, RecordField, fields};
use crate::refusal::Code;
use crate::time::Unix;
use crate::{SettingsId, Version, name};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The id of the one settings row.
pub const SETTINGS: SettingsId = SettingsId(1);

/// What happens to a start when all seats are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionPolicy {
    /// The newcomer is refused.
    #[default]
    Refuse,
    /// The oldest connection ends and the newcomer gets its seat.
    EndOldest,
}

/// What happens to a start by a player that already has a seat (same address and agent), when all
/// seats are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamePlayer {
    /// It was a zap or a reconnect: the older response ends and the start gets its seat.
    #[default]
    TakeOver,
    /// It counts like anybody's. For servers that record: they open every tuner as one player from
    /// one address, and a start must not end a recording.
    Refuse,
}

/// From where the addresses in a playlist may be read, seen from where its stream was started.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HlsBind {
    /// From the same address only.
    Exact,
    /// From the same network: a /24 of IPv4, a /64 of IPv6. Carriers with several exits and devices
    /// that change their address stay within it.
    #[default]
    Prefix,
    /// From anywhere: for players that start over one IP version and read over the other.
    None,
}

impl HlsBind {
    /// Whether a stream that was started from `start` may be read on from `now`.
    pub fn allows(self, start: IpAddr, now: IpAddr) -> bool {
        let (start, now) = (start.to_canonical(), now.to_canonical());
        match (self, start, now) {
            (HlsBind::None, _, _) => true,
            (HlsBind::Prefix, IpAddr::V4(start), IpAddr::V4(now)) => start.to_bits() >> 8 == now.to_bits() >> 8,
            (HlsBind::Prefix, IpAddr::V6(start), IpAddr::V6(now)) => start.to_bits() >> 64 == now.to_bits() >> 64,
            _ => start == now,
        }
    }
}

/// What whoever paid gets back when something that was sold is deleted: each price once, and whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refunds {
    /// Nothing.
    Never,
    /// What activation codes cost that nobody has redeemed.
    #[default]
    Codes,
    /// Also what lines and boxes cost that nobody has signed in with.
    Unused,
}

/// Whom the documents of a tenant's surfaces are shown: each shows more than the one before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Docs {
    /// Nobody.
    Off,
    /// Who has an access code: the surface that it opens, and those that need none.
    Code,
    /// Everybody also what the shipped plugins describe, which tells nothing of the tenant.
    #[default]
    Shipped,
    /// Everybody all, the tenant's own plugins among them.
    All,
}

/// Settings of one tenant. Serialises to the `settings` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Always [`SETTINGS`].
    pub id: SettingsId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// The panel's name, as players show it.
    pub server_name: String,
    /// What the node that serves the panel is called.
    pub node_name: String,
    /// Host names that players are sent to, the first one unless they came by another of them; empty: by whichever they
    /// came.
    pub domains: Vec<String>,
    /// The sentence that players show after sign-in.
    pub welcome_message: String,
    /// IANA zone of all times that players see; UTC is what most clients get right.
    pub timezone: String,
    /// What happens at the connection limit.
    pub connection_policy: ConnectionPolicy,
    /// What happens there to a start by a player that has a seat already.
    pub same_player: SamePlayer,
    /// From where the addresses in a playlist may be read.
    pub hls_bind: HlsBind,
    /// HTTP status of a wrong password on the player API: 200, 401, 403 or 404.
    pub auth_failed_status: u16,
    /// HTTP status for a stream outside the line's bouquets: 404 or 406.
    pub not_in_bouquet_status: u16,
    /// For lines without end, send a date ten years away instead of null.
    pub far_expiry: bool,
    /// Send `Access-Control-Allow-Origin: *` on player routes.
    pub player_cors: bool,
    /// From where programs may call surfaces that ask for no key, and act as the panel itself: other servers of its
    /// operator, as billing systems.
    pub api_addresses: Vec<IpNet>,
    /// Whom the documents of its surfaces are shown.
    pub docs: Docs,
    /// What is given back when something that was sold is deleted.
    pub refunds: Refunds,
    /// Days of guide after now that `xmltv.php` gives.
    pub guide_days: u8,
    /// Days for which connections that ended stay in the log of activity.
    pub activity_days: u16,
    /// Days for which sign-ins are kept.
    pub sign_in_days: u16,
    /// Days for which refusals are kept.
    pub refusal_days: u16,
    /// Days for which errors of streams are kept.
    pub stream_error_days: u16,
    /// Days for which it is kept what happened to the panel itself.
    pub happening_days: u16,
    /// Days for which it is kept which lines other panels asked of.
    pub restream_days: u16,
    /// Days for which events that were sent to boxes are kept.
    pub box_event_days: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            id: SETTINGS,
            version: Version(0),
            server_name: "Linecard".into(),
            node_name: "Main server".into(),
            domains: Vec::new(),
            welcome_message: String::new(),
            timezone: "UTC".into(),
            connection_policy: ConnectionPolicy::Refuse,
            same_player: SamePlayer::TakeOver,
            hls_bind: HlsBind::Prefix,
            auth_failed_status: 200,
            not_in_bouquet_status: 404,
            far_expiry: false,
            player_cors: false,
            api_addresses: Vec::new(),
            docs: Docs::Shipped,
            refunds: Refunds::Codes,
            guide_days: 7,
            activity_days: 90,
            sign_in_days: 90,
            refusal_days: 30,
            stream_error_days: 30,
            happening_days: 90,
            restream_days: 90,
            box_event_days: 90,
        }
    }
}

impl Settings {
    /// Days for which rows of a log are kept.
    pub fn log_days(&self, log: Log) -> u16 {
        match log {
            Log::Activity => self.activity_days,
            Log::SignIns => self.sign_in_days,
            Log::Refusals => self.refusal_days,
            Log::StreamErrors => self.stream_error_days,
            Log::Happenings => self.happening_days,
            Log::Restreams => self.restream_days,
        }
    }

    /// Each field that says for how many days something is kept, with that.
    fn days(&self) -> [(&'static str, u16); 7] {
        [
            ("activity_days", self.activity_days),
            ("sign_in_days", self.sign_in_days),
            ("refusal_days", self.refusal_days),
            ("stream_error_days", self.stream_error_days),
            ("happening_days", self.happening_days),
            ("restream_days", self.restream_days),
            ("box_event_days", self.box_event_days),
        ]
    }
}

impl Record for Settings {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Read Read, "server_name": Read Write, "node_name": Hidden Write, "domains": Hidden Write, "welcome_message": Read Write, "timezone": Read Write,
        "connection_policy": Hidden Write, "same_player": Hidden Write, "hls_bind": Hidden Write,
        "auth_failed_status": Hidden Write, "not_in_bouquet_status": Hidden Write, "far_expiry": Hidden Write,
        "player_cors": Hidden Write, "api_addresses": Hidden Write, "docs": Hidden Write, "refunds": Read Write, "guide_days": Read Write,
        "activity_days": Hidden Write, "sign_in_days": Hidden Write, "refusal_days": Hidden Write,
        "stream_error_days": Hidden Write, "happening_days": Hidden Write, "restream_days": Hidden Write,
        "box_event_days": Hidden Write,
    };
    const RESELLERS: Reading = Reading::Lists;

    fn blank(_id: u32, _now: Unix) -> Option<Settings> {
        None
    }

    fn validate(&self) -> Result<(), Refusal> {
        if self.node_name.trim().is_empty() || self.node_name.chars().count() > 255 {
            return Err(Refusal::field(Code::InvalidInput, "node_name", "1 to 255 characters."));
        }
        if self.domains.len() > 16 || self.domains.iter().any(|domain| name::host(domain).is_err()) {
            return Err(Refusal::field(Code::InvalidInput, "domains", "Up to 16 host names, without port and path."));
        }
        if ![200, 401, 403, 404].contains(&self.auth_failed_status) {
            return Err(Refusal::field(Code::InvalidInput, "auth_failed_status", "One of 200, 401, 403, 404."));
        }
        if ![404, 406].contains(&self.not_in_bouquet_status) {
            return Err(Refusal::field(Code::InvalidInput, "not_in_bouquet_status", "One of 404, 406."));
        }
        if self.guide_days > 31 {
            return Err(Refusal::field(Code::InvalidInput, "guide_days", "0 to 31."));
        }
        if let Some((field, _)) = self.days().into_iter().find(|(_, days)| !(1..=3_650).contains(days)) {
            return Err(Refusal::field(Code::InvalidInput, field, "1 to 3650."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playlist_is_read_from_where_its_binding_says() {
        let (exact, prefix, none) = (HlsBind::Exact, HlsBind::Prefix, HlsBind::None);
        for (start, now, may) in [
            ("10.0.0.1", "10.0.0.1", [true, true, true]),
            ("10.0.0.1", "::ffff:10.0.0.1", [true, true, true]),
            ("10.0.0.1", "10.0.0.2", [false, true, true]),
            ("10.0.0.1", "::ffff:10.0.0.2", [false, true, true]),
            ("10.0.0.1", "10.0.1.1", [false, false, true]),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", [false, true, true]),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", [false, false, true]),
            ("10.0.0.1", "2001:db8::1", [false, false, true]),
        ] {
            let allowed = [exact, prefix, none].map(|bind| bind.allows(start.parse().unwrap(), now.parse().unwrap()));
            assert_eq!(allowed, may, "{start} {now}");
        }
    }
}
