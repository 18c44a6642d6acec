//! `linecard openapi`: the OpenAPI document of a surface.

use super::candidates;
use super::context::Context;
use super::nearest::instead;
use super::perform::{Needs, Perform};
use crate::shipped;
use crate::view::{self, View};
use anyhow::anyhow;
use clap::Args;
use host_runtime::Told;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Print the OpenAPI 3.1 document of a surface, for generators of clients.
///
/// With a tenant it tells of the actions as that tenant's plugins answer them; without one, of what the shipped plugins
/// describe, and needs no data. A running panel serves the same at /openapi/SURFACE.json, with a viewer at /docs.
#[derive(Args, Serialize, Deserialize)]
pub struct Openapi {
    /// The surface: `reseller`.
    #[arg(long, add = candidates::surfaces())]
    pub surface: String,
    /// The tenant whose plugins answer.
    #[arg(long)]
    pub tenant: Option<String>,
}

impl Openapi {
    /// The document of what the shipped plugins describe.
    pub(crate) fn of_shipped(&self) -> anyhow::Result<Value> {
        let described = shipped::descriptions()?;
        let surfaces = described.iter().flat_map(|(_, description)| &description.surfaces);
        let names: Vec<_> = surfaces.map(|surface| surface.name.as_str()).collect();
        host_runtime::document(&described, &self.surface).ok_or_else(|| self.unknown(&names))
    }

    fn unknown(&self, names: &[&str]) -> anyhow::Error {
        anyhow!("there is no surface {}{}", self.surface, instead(&self.surface, names))
    }
}

impl Perform for Openapi {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let Some(tenant) = &self.tenant else { return self.of_shipped() };
        let snapshot = context.panel.runtime.refresh(context.tenant_id(tenant).await?).await?;
        snapshot.document(&self.surface, Told::All).ok_or_else(|| {
            let names: Vec<_> = snapshot.documented(Told::All).map(|surface| surface.name.as_str()).collect();
            self.unknown(&names)
        })
    }

    fn needs(&self) -> Needs {
        if self.tenant.is_some() { Needs::Directory } else { Needs::Nothing }
    }

    fn view(&self) -> View {
        view::document
    }
}
