//! `linecard why`.

use super::context::Context;
use super::perform::Perform;
use crate::view::{self, View};
use clap::Args;
use host_engine::Work;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::IpAddr;

/// Say why a line would be refused now, check by check, and its last refusals.
#[derive(Args, Serialize, Deserialize)]
pub struct Why {
    /// The line's user name or id.
    pub line: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// The address it would come from.
    #[arg(long)]
    pub address: Option<IpAddr>,
}

impl Perform for Why {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let verb = async |work: &mut Work| host_engine::connection::why(work, &self.line, self.address).await;
        Ok(context.engine().act(caller, "why", verb).await?)
    }

    fn view(&self) -> View {
        view::why
    }
}
