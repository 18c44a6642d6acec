//! `linecard verify`: every invariant of the stored data, recomputed.

use super::context::Context;
use super::perform::Perform;
use crate::view::{self, View};
use anyhow::ensure;
use clap::Args;
use host_core::plan::Database;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Recompute ledger, audit chain and every other invariant of the stored data.
#[derive(Args, Serialize, Deserialize)]
pub struct Verify {
    /// Only this tenant.
    #[arg(long)]
    pub tenant: Option<String>,
}

impl Perform for Verify {
    /// The value is `{"checked":[…],"invariants":N,"broken":[{"where","invariant","detail"}]}`; invariants of a
    /// table count for each table.
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let tenants = match &self.tenant {
            Some(name) => vec![context.tenant(name).await?],
            None => context.engine().tenants().await?,
        };
        let control = self.tenant.is_none().then(|| ("control".to_owned(), Database::Control));
        let databases = control.into_iter().chain(tenants.into_iter().map(|t| (t.name, Database::Tenant(t.id))));
        let (mut checked, mut invariants, mut broken) = (Vec::new(), 0, Vec::new());
        for (name, database) in databases {
            let seen = context.engine().verified(database).await?;
            invariants += seen.checks;
            for finding in seen.findings {
                broken.push(json!({ "where": name, "invariant": finding.invariant, "detail": finding.detail }));
            }
            checked.push(name);
        }
        Ok(json!({ "checked": checked, "invariants": invariants, "broken": broken }))
    }

    fn view(&self) -> View {
        view::verified
    }

    fn finish(&self, value: &Value) -> anyhow::Result<()> {
        let holds = value.get("broken").and_then(Value::as_array).is_none_or(Vec::is_empty);
        ensure!(holds, "the stored data breaks its invariants; keep a copy of the folder before you change anything");
        Ok(())
    }
}
