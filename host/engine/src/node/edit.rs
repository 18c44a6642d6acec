//! Changes who the node is: its name and where players are sent.

use super::about::about;
use crate::{Result, Work, record};
use host_core::Refusal;
use host_core::refusal::Code;
use host_core::settings::SETTINGS;
use serde_json::{Map, Value};

/// Sets `name` and `domains`, each if it is there: both are settings. Players are sent to the first of the domains, unless
/// they came by another of them. Answers [who it is](about()) then.
///
/// # Errors
/// `invalid_input` for a domain that is no host name, or none of those that the operator gave the tenant.
pub async fn edit(work: &mut Work, document: &Map<String, Value>) -> Result<Value> {
    let mut settings = Map::new();
    for (sent, value) in document {
        let field = match sent.as_str() {
            "name" => "node_name",
            "domains" => "domains",
            other => return Err(Refusal::field(Code::InvalidInput, other.to_owned(), "There is no such field.").into()),
        };
        settings.insert(field.to_owned(), value.clone());
    }
    if let Some(Value::Array(domains)) = settings.get("domains") {
        theirs(work, domains).await?;
    }
    record::edit(work, "settings", SETTINGS.0, &settings).await?;
    about(work).await
}

/// A panel that the operator gave host names answers to no other.
async fn theirs(work: &Work, domains: &[Value]) -> Result<()> {
    let hosts = work.engine().tenant(work.caller().tenant).await?.map(|tenant| tenant.hosts).unwrap_or_default();
    let is_theirs = |domain: &Value| hosts.iter().any(|host| domain.as_str() == Some(host));
    if hosts.is_empty() || domains.iter().all(is_theirs) {
        return Ok(());
    }
    let message = format!("This panel answers to {}; the operator adds other host names.", hosts.join(", "));
    Err(Refusal::field(Code::InvalidInput, "domains", message).into())
}
