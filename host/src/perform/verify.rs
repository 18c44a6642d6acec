//! `linecard verify`: every invariant of the stored data, recomputed.

use super::names::tenant;
use crate::panel::Panel;
use host_core::plan::Place;
use serde_json::{Value, json};

/// `{"checked":[…],"invariants":N,"broken":[{"where","invariant","detail"}]}`; those of a table count for each table.
pub(super) async fn verify(panel: &Panel, only: Option<&str>) -> anyhow::Result<Value> {
    let tenants = match only {
        Some(name) => vec![tenant(panel, name).await?],
        None => panel.engine.tenants().await?,
    };
    let control = only.is_none().then(|| ("control".to_owned(), Place::Control));
    let places = control.into_iter().chain(tenants.into_iter().map(|t| (t.name, Place::Tenant(t.id))));
    let (mut checked, mut invariants, mut broken) = (Vec::new(), 0, Vec::new());
    for (name, place) in places {
        let seen = panel.engine.verified(place).await?;
        invariants += seen.checks;
        for finding in seen.findings {
            broken.push(json!({ "where": name, "invariant": finding.invariant, "detail": finding.detail }));
        }
        checked.push(name);
    }
    Ok(json!({ "checked": checked, "invariants": invariants, "broken": broken }))
}
