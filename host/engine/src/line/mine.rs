//! All that an ordinary player action needs of the calling line, in one answer. It is on the
//! path of every player request: no plan, no read beyond the sign-in's.

use super::view;
use crate::{Error, Result, Work};
use serde::Serialize;

#[derive(Serialize)]
struct Mine<'a> {
    line: view::View<'a>,
    server: Server<'a>,
}

#[derive(Serialize)]
struct Server<'a> {
    name: &'a str,
    message: &'a str,
    timezone: &'a str,
    offsets: &'a [(i64, i32)],
    far_expiry: bool,
    guide_days: u8,
    https_port: u16,
    http_port: u16,
}

/// The calling line and its panel as JSON text: `{"line":{…},"server":{…}}`.
///
/// # Errors
/// `not_permitted` when the caller is not a line.
pub async fn mine(work: &mut Work) -> Result<String> {
    let line = work.calling_line().await?;
    let settings = work.engine().settings(work.caller().tenant).await?;
    let (http_port, https_port) = work.engine().ports_announced();
    let offsets = work.engine().zones.offsets(&settings.timezone, work.now());
    let reader = view::Reader::of(work);
    let mine = Mine {
        line: reader.view(&line, work.password.as_deref(), view::Facts::of_own(&line, work).await?),
        server: Server {
            name: &settings.server_name,
            message: &settings.welcome_message,
            timezone: &settings.timezone,
            offsets: &offsets,
            far_expiry: settings.far_expiry,
            guide_days: settings.guide_days,
            https_port,
            http_port,
        },
    };
    serde_json::to_string(&mine).map_err(|error| Error::Invalid(error.to_string()))
}
