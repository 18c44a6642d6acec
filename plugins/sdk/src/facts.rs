//! What the host tells of a call, of the calling line and of its panel.

use crate::json;
use crate::parameter::Expiry;
use crate::time::Zone;
use serde::Deserialize;

/// Who calls. While a kept body is built only the role is told: the body belongs to its key.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// As what.
    pub role: Role,
    /// The user's id, if it is one.
    pub user: Option<u32>,
    /// The line's id, if it is one.
    pub line: Option<u32>,
}

/// What a caller may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Role {
    /// Nobody signed in.
    #[default]
    Stranger,
    /// A line.
    Line,
    /// A reseller.
    Reseller,
    /// An admin, or the panel itself.
    Admin,
}

/// How the request came.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The request's id, as it stands in logs and envelopes.
    pub id: String,
    /// Over TLS, as the client sees it.
    pub secure: bool,
    /// The host as the client should use it, without port.
    pub host: String,
    /// The port as the client should use it.
    pub port: u16,
    /// The client's address.
    pub address: String,
    /// The client's `User-Agent`.
    pub agent: String,
}

impl Request {
    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// Where the client found the panel: `http://tv.example.org:8080`, without a slash at the
    /// end. The port is always there: players put their own default in otherwise.
    pub fn base(&self) -> String {
        let mut text = String::with_capacity(32 + self.host.len());
        text.push_str(self.scheme());
        text.push_str("://");
        let literal = self.host.contains(':') && !self.host.starts_with('[');
        if literal {
            text.push('[');
        }
        text.push_str(&self.host);
        if literal {
            text.push(']');
        }
        text.push(':');
        json::number(&mut text, self.port);
        text
    }
}

/// The status that surfaces show.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineStatus {
    /// May play.
    #[default]
    Active,
    /// Banned by an admin.
    Banned,
    /// Switched off by its reseller.
    Disabled,
    /// Sold as a code that nobody has redeemed; nobody signs in with it.
    Stock,
    /// Its term is over.
    Expired,
}

/// What player surfaces tell of a line.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct OwnLine {
    pub id: u32,
    pub username: String,
    pub password: String,
    pub status: LineStatus,
    /// An end after 2106 is told as the last second that 32 bits hold.
    pub expiry: Expiry,
    pub trial: bool,
    pub created_at: i64,
    pub active_connections: u32,
    /// Seats; 0 is unlimited.
    pub max_connections: u32,
    /// Empty allows all.
    pub allowed_outputs: Vec<Output>,
}

/// A way in which players are fed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// HLS.
    M3u8,
    /// MPEG-TS over HTTP.
    Ts,
    /// RTMP.
    Rtmp,
}

/// What a player is told of the panel.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// The panel's name.
    pub name: String,
    /// The sentence that players show after sign-in, may be empty.
    pub message: String,
    /// IANA zone of all times that players see; [`Server::zone`] computes with it.
    pub timezone: String,
    /// Since when (unix seconds) the zone is how many seconds ahead of UTC.
    pub offsets: Vec<(i64, i32)>,
    /// Send a date ten years away instead of null for lines without end.
    pub far_expiry: bool,
    /// Days of guide after now; 0 where nothing is known of the panel.
    pub guide_days: u8,
    /// The public port of HTTPS; 0 when there is none.
    pub https_port: u16,
    /// The public port of HTTP; 0 when there is none.
    pub http_port: u16,
}

impl Server {
    /// The zone of all times that players see.
    pub fn zone(&self) -> Zone {
        Zone::new(self.timezone.clone(), self.offsets.clone())
    }
}

/// The calling line and the panel it is on.
#[derive(Clone, Debug, Default)]
pub struct Mine {
    /// The line. While a kept body is built only what its cache rule names is there: `username` and `password` as markers
    /// that the host finds again: encode them as their place demands, like any other text
    /// ([`crate::url::part`] in an address).
    pub line: OwnLine,
    /// The panel.
    pub server: Server,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_always_names_the_port_and_brackets_addresses() {
        let base = |host: &str| Request { host: host.into(), port: 8080, ..Request::default() }.base();
        assert_eq!(base("tv.example.org"), "http://tv.example.org:8080");
        assert_eq!(base("::1"), "http://[::1]:8080");
        assert_eq!(base("[::1]"), "http://[::1]:8080");
    }
}
