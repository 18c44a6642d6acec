//! What `lines.mine` tells of the calling line and its panel: the records of `linecard:lines`.

use crate::body::build::BodyBuild;
use host_core::action::{Dependency, Splice};
use host_core::line::{LineStatus, Output};
use host_core::time::{Expiry, Unix};
use host_engine::line::Mine;
use wasmtime::component::{ComponentType, Lower};

/// The calling line and its panel.
#[derive(Debug, Default, PartialEq, ComponentType, Lower)]
#[component(record)]
pub struct MineFacts {
    /// The line.
    pub line: LineFacts,
    /// The panel.
    pub server: ServerFacts,
    /// What later versions tell.
    pub more: Option<String>,
}

/// What player surfaces tell of a line. Times are unix seconds.
#[derive(Debug, Default, PartialEq, ComponentType, Lower)]
#[component(record)]
#[allow(missing_docs)]
pub struct LineFacts {
    pub id: u32,
    pub username: String,
    pub password: String,
    pub status: GuestStatus,
    pub expiry: Option<u32>,
    pub trial: bool,
    #[component(name = "created-at")]
    pub created_at: u32,
    #[component(name = "active-connections")]
    pub active_connections: u32,
    #[component(name = "max-connections")]
    pub max_connections: u32,
    #[component(name = "allowed-outputs")]
    pub allowed_outputs: Vec<GuestOutput>,
}

/// What a line may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum GuestStatus {
    #[default]
    #[component(name = "active")]
    Active,
    #[component(name = "banned")]
    Banned,
    #[component(name = "disabled")]
    Disabled,
    #[component(name = "expired")]
    Expired,
}

/// A way in which players are fed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum GuestOutput {
    #[component(name = "m3u8")]
    M3u8,
    #[component(name = "ts")]
    Ts,
    #[component(name = "rtmp")]
    Rtmp,
}

/// Since when (unix seconds) a zone is how many seconds ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, ComponentType, Lower)]
#[component(record)]
#[allow(missing_docs)]
pub struct Offset {
    pub since: u32,
    pub seconds: i32,
}

/// What players are told of the panel.
#[derive(Debug, Default, PartialEq, ComponentType, Lower)]
#[component(record)]
#[allow(missing_docs)]
pub struct ServerFacts {
    pub name: String,
    pub message: String,
    pub timezone: String,
    pub offsets: Vec<Offset>,
    #[component(name = "far-expiry")]
    pub far_expiry: bool,
    #[component(name = "guide-days")]
    pub guide_days: u8,
    #[component(name = "https-port")]
    pub https_port: u16,
    #[component(name = "http-port")]
    pub http_port: u16,
}

impl MineFacts {
    /// For a guest: all of it, or what a build of a kept body may see.
    pub(crate) fn of(mine: &Mine, build: Option<&BodyBuild>) -> MineFacts {
        let Some(build) = build else {
            return MineFacts { line: line(mine), server: server(mine), more: None };
        };
        let mut facts = MineFacts::default();
        for (splice, marker) in build.markers() {
            match splice {
                Splice::Username => facts.line.username = marker,
                Splice::Password => facts.line.password = marker,
            }
        }
        if build.depends(Dependency::Outputs) {
            facts.line.allowed_outputs = outputs(mine);
        }
        if build.depends(Dependency::Settings) {
            facts.server = server(mine);
        }
        facts
    }
}

fn line(mine: &Mine) -> LineFacts {
    let line = &mine.line;
    LineFacts {
        id: line.id.0,
        username: line.username.clone(),
        password: mine.password.reveal().to_owned(),
        status: match mine.status {
            LineStatus::Active => GuestStatus::Active,
            LineStatus::Banned => GuestStatus::Banned,
            LineStatus::Disabled | LineStatus::Stock => GuestStatus::Disabled,
            LineStatus::Expired => GuestStatus::Expired,
        },
        expiry: match line.expiry {
            Expiry::Never => None,
            Expiry::At(end) => Some(seconds(end)),
        },
        trial: line.trial,
        created_at: seconds(line.created_at),
        active_connections: mine.connections,
        max_connections: line.max_connections.into(),
        allowed_outputs: outputs(mine),
    }
}

fn outputs(mine: &Mine) -> Vec<GuestOutput> {
    let outputs = mine.line.allowed_outputs.iter().map(|output| match output {
        Output::M3u8 => GuestOutput::M3u8,
        Output::Ts => GuestOutput::Ts,
        Output::Rtmp => GuestOutput::Rtmp,
    });
    outputs.collect()
}

fn server(mine: &Mine) -> ServerFacts {
    let settings = &mine.settings;
    let offsets = mine
        .offsets
        .iter()
        .map(|(since, seconds_ahead)| Offset { since: seconds(Unix(*since)), seconds: *seconds_ahead });
    ServerFacts {
        name: settings.server_name.clone(),
        message: settings.welcome_message.clone(),
        timezone: settings.timezone.clone(),
        offsets: offsets.collect(),
        far_expiry: settings.far_expiry,
        guide_days: settings.guide_days,
        https_port: mine.https_port,
        http_port: mine.http_port,
    }
}

/// As `wit/` has times: what is later than 32 bits hold is the last second that they do.
fn seconds(unix: Unix) -> u32 {
    u32::try_from(unix.0.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_beyond_32_bits_are_told_as_the_nearest_that_fits() {
        assert_eq!(
            [-1, 0, 1_798_761_600, 32_503_680_000].map(|unix| seconds(Unix(unix))),
            [0, 0, 1_798_761_600, u32::MAX]
        );
    }
}
