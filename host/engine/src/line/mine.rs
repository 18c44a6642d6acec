//! All that an ordinary player action needs of the calling line, in one answer. It is on the
//! path of every player request: no plan, no read beyond the sign-in's.

use super::view;
use crate::zone::Offsets;
use crate::{Result, Work};
use host_core::line::{Line, LineStatus};
use host_core::secret::Secret;
use host_core::settings::Settings;
use std::sync::Arc;

/// The calling line and its panel.
pub struct Mine {
    /// The line.
    pub line: Arc<Line>,
    /// Its password: the one that it showed, where it showed one.
    pub password: Arc<Secret>,
    /// Its status now.
    pub status: LineStatus,
    /// Its connections now.
    pub connections: u32,
    /// The tenant's settings.
    pub settings: Arc<Settings>,
    /// Since when (unix seconds) the tenant's zone is how many seconds ahead of UTC, ascending.
    pub offsets: Offsets,
    /// The port at which players reach the panel over HTTP; 0 where they do not.
    pub http_port: u16,
    /// That over HTTPS.
    pub https_port: u16,
}

/// The calling line and its panel.
///
/// # Errors
/// `not_permitted` when the caller is not a line.
pub async fn mine(work: &mut Work) -> Result<Mine> {
    let line = work.calling_line().await?;
    let settings = work.engine().settings(work.caller().tenant).await?;
    let (http_port, https_port) = work.engine().ports_announced();
    let password = match &work.password {
        Some(shown) => Arc::clone(shown),
        None => Arc::new(view::Reader::of(work).password(&line)),
    };
    Ok(Mine {
        status: line.status(work.now()),
        connections: work.connections(line.id).await?,
        offsets: work.engine().zones.offsets(&settings.timezone, work.now()),
        line,
        password,
        settings,
        http_port,
        https_port,
    })
}
