//! `account`: the document that a player reads first, and gets for any action that it made up. The line's status and
//! seats come from the host.

use crate::parameters::Account;
use linecard_sdk::lines::{self, LineStatus, Output, OwnLine, Server};
use linecard_sdk::{Call, Expiry, Refusal, Reply, Request, reply};
use serde::Serialize;

/// Players take a date this far away for "unlimited": ten years.
const FAR: i64 = 10 * 365 * 86_400;

#[derive(Serialize)]
struct Document {
    user_info: UserInfo,
    server_info: ServerInfo,
}

/// Types as the apps want them: numbers in quotes, but `auth` without.
#[derive(Serialize)]
pub(crate) struct UserInfo {
    username: String,
    password: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    auth: u8,
    status: &'static str,
    exp_date: Option<String>,
    is_trial: &'static str,
    active_cons: String,
    created_at: String,
    max_connections: String,
    allowed_output_formats: Vec<&'static str>,
}

#[derive(Serialize)]
struct ServerInfo {
    url: String,
    port: String,
    https_port: String,
    server_protocol: &'static str,
    timezone: String,
    timestamp_now: i64,
    time_now: String,
    process: bool,
}

pub(crate) fn account(call: Call<Account>) -> Result<Reply, Refusal> {
    let mine = lines::mine()?;
    let now = call.now();
    let message = Some(sentence(&mine.line, &mine.server));
    let user_info = UserInfo { message, ..user_info(mine.line, &mine.server, now) };
    reply::data(&Document { user_info, server_info: server_info(mine.server, &call.request(), now) })
}

/// What both documents tell of the line.
pub(crate) fn user_info(line: OwnLine, server: &Server, now: i64) -> UserInfo {
    let exp_date = match line.expiry {
        Expiry::At(end) => Some(end),
        Expiry::Never => server.far_expiry.then_some(now + FAR),
    };
    UserInfo {
        username: line.username,
        password: line.password,
        message: None,
        auth: 1,
        status: status(line.status),
        exp_date: exp_date.map(|end| end.to_string()),
        is_trial: if line.trial { "1" } else { "0" },
        active_cons: line.active_connections.to_string(),
        created_at: line.created_at.to_string(),
        max_connections: line.max_connections.to_string(),
        allowed_output_formats: outputs(&line.allowed_outputs),
    }
}

/// What apps show their user: a welcome, or the sentence by which support knows what is wrong.
fn sentence(line: &OwnLine, server: &Server) -> String {
    let is_full = line.max_connections > 0 && line.active_connections >= line.max_connections;
    match line.status {
        LineStatus::Expired => "Authentication failed".into(),
        LineStatus::Banned | LineStatus::Disabled | LineStatus::Stock => "Account disabled".into(),
        LineStatus::Active if is_full => "Max connections reached".into(),
        LineStatus::Active if server.message.is_empty() => format!("Welcome to {}", server.name),
        LineStatus::Active => server.message.clone(),
    }
}

fn status(status: LineStatus) -> &'static str {
    match status {
        LineStatus::Active => "Active",
        LineStatus::Banned => "Banned",
        LineStatus::Disabled | LineStatus::Stock => "Disabled",
        LineStatus::Expired => "Expired",
    }
}

/// What the panel has and the line may use. Some apps take the first: it is that of the line's own order, where it has
/// one. Never empty: a line that may use nothing else is told `rtmp`.
fn outputs(allowed: &[Output]) -> Vec<&'static str> {
    let allowed = if allowed.is_empty() { &[Output::M3u8, Output::Ts] } else { allowed };
    let served = |output: &Output| match output {
        Output::M3u8 => Some("m3u8"),
        Output::Ts => Some("ts"),
        Output::Rtmp => None,
    };
    let offered: Vec<_> = allowed.iter().filter_map(served).collect();
    if offered.is_empty() { vec!["rtmp"] } else { offered }
}

/// The ports of HTTP and of HTTPS at which the client finds the panel. None is ever empty: an app refuses the whole sign-in
/// for it. One of RTMP is not told, because nothing plays there.
pub(crate) fn ports(server: &Server, request: &Request) -> [String; 2] {
    let or = |port: u16, usual| if port == 0 { usual } else { port };
    let port = if request.secure { or(server.http_port, 80) } else { request.port };
    let https_port = if request.secure { request.port } else { or(server.https_port, 443) };
    [port, https_port].map(|port| port.to_string())
}

/// Some apps build every address from `server_protocol`, `url` and `port`, so these are what the
/// client used.
fn server_info(server: Server, request: &Request, now: i64) -> ServerInfo {
    let [port, https_port] = ports(&server, request);
    let zone = server.zone();
    let mut time_now = String::new();
    zone.datetime(&mut time_now, now);
    ServerInfo {
        port,
        https_port,
        server_protocol: request.scheme(),
        timezone: zone.name,
        timestamp_now: now,
        time_now,
        process: true,
        url: request.host.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{Value, json, to_value};

    fn line() -> OwnLine {
        OwnLine {
            username: "demo".into(),
            password: "secret".into(),
            expiry: Expiry::At(1_798_761_600),
            created_at: 1_767_225_600,
            max_connections: 2,
            allowed_outputs: vec![Output::Ts, Output::M3u8],
            ..OwnLine::default()
        }
    }

    #[test]
    fn the_documents_types_are_those_that_apps_insist_on() {
        let server = Server { name: "Campus TV".into(), ..Server::default() };
        let wanted = json!({
            "username": "demo", "password": "secret", "auth": 1, "status": "Active", "exp_date": "1798761600",
            "is_trial": "0", "active_cons": "0", "created_at": "1767225600", "max_connections": "2",
            "allowed_output_formats": ["ts", "m3u8"],
        });
        assert_eq!(to_value(user_info(line(), &server, 0)).unwrap(), wanted);
    }

    #[test]
    fn the_sentence_says_what_is_wrong() {
        let server = Server { name: "Campus TV".into(), ..Server::default() };
        let of = |status, active_connections| {
            sentence(&OwnLine { status, active_connections, max_connections: 2, ..line() }, &server)
        };
        assert_eq!(of(LineStatus::Active, 1), "Welcome to Campus TV");
        assert_eq!(of(LineStatus::Active, 2), "Max connections reached");
        assert_eq!(of(LineStatus::Expired, 0), "Authentication failed");
        assert_eq!([of(LineStatus::Banned, 0), of(LineStatus::Disabled, 2)], ["Account disabled"; 2]);
        let unlimited = OwnLine { max_connections: 0, active_connections: 9, ..line() };
        let server = Server { message: "Hi".into(), ..server };
        assert_eq!(sentence(&unlimited, &server), "Hi");
    }

    #[test]
    fn only_outputs_that_the_panel_has_are_announced_and_never_none() {
        assert_eq!(outputs(&[]), ["m3u8", "ts"]);
        assert_eq!(outputs(&[Output::Rtmp, Output::Ts, Output::M3u8]), ["ts", "m3u8"], "in the line's own order");
        assert_eq!(outputs(&[Output::Rtmp, Output::Ts]), ["ts"]);
        assert_eq!(outputs(&[Output::Rtmp]), ["rtmp"]);
    }

    #[test]
    fn a_line_without_end_has_null_or_a_far_date() {
        let endless = OwnLine { expiry: Expiry::Never, ..line() };
        let far = Server { far_expiry: true, ..Server::default() };
        let shown = |server: &Server| to_value(user_info(endless.clone(), server, 1_000)).unwrap()["exp_date"].clone();
        assert_eq!(shown(&Server::default()), Value::Null);
        assert_eq!(shown(&far), "315361000");
    }

    #[test]
    fn ports_are_never_empty_and_match_the_request() {
        let request = |secure, port| Request { secure, host: "tv.example.org".into(), port, ..Request::default() };
        let now = 1_767_225_600;
        let plain = server_info(Server::default(), &request(false, 8080), now);
        assert_eq!((plain.port.as_str(), plain.https_port.as_str()), ("8080", "443"));
        assert_eq!((plain.timezone.as_str(), plain.time_now.as_str()), ("UTC", "2026-01-01 00:00:00"));
        let secure = server_info(Server { http_port: 8080, ..Server::default() }, &request(true, 8443), now);
        assert_eq!((secure.port.as_str(), secure.https_port.as_str()), ("8080", "8443"));
    }
}
