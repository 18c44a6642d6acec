//! The line view: what every surface reads of a line. Who may see which field is decided here.

use crate::fields::write_fields;
use crate::{Engine, Result, Work};
use host_core::caller::CallerRole;
use host_core::field_list::FieldList;
use host_core::line::Line;
use host_core::secret::Secret;
use host_core::sighting::Seen;
use host_core::time::Unix;
use host_core::user::Role;
use host_core::{TenantId, UserId, Version};
use ipnet::IpNet;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::sync::Arc;

/// A line as its caller sees it, by the fields of `wit/lines`.
pub(crate) struct View<'a> {
    reader: &'a Reader,
    line: &'a Line,
    facts: Facts,
}

/// What is written of a field: mostly what is kept.
macro_rules! written {
    ($view:ident, password) => {
        &Password($view)
    };
    ($view:ident, allowed_addresses) => {
        &Shortest(&$view.line.allowed_addresses)
    };
    ($view:ident, $name:ident) => {
        &$view.line.$name
    };
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let (line, facts) = (self.line, &self.facts);
        let mut fields = serializer.serialize_struct("Line", Line::LIST.len() + 6)?;
        fields.serialize_field("id", &line.id)?;
        self.write_fields(self.reader.role, &mut fields)?;
        // Not there where the caller is the line itself.
        match &facts.reseller {
            Some(reseller) => fields.serialize_field("reseller", reseller)?,
            None => fields.skip_field("reseller")?,
        }
        fields.serialize_field("status", &line.status(self.reader.now))?;
        fields.serialize_field("active_connections", &facts.connections)?;
        match &facts.seen {
            Some(seen) => fields.serialize_field("seen", seen)?,
            None => fields.skip_field("seen")?,
        }
        fields.serialize_field("version", &facts.version.unwrap_or(line.version))?;
        fields.end()
    }
}

host_core::line_fields!([write_fields] View, written);

/// Networks as people write them: one address is an address, without a prefix length.
struct Shortest<'a>(&'a [IpNet]);

impl Serialize for Shortest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|network| {
            let alone = network.prefix_len() == network.max_prefix_len();
            if alone { network.addr().to_string() } else { network.to_string() }
        }))
    }
}

/// Whoever reads lines, and when.
pub(crate) struct Reader {
    engine: Arc<Engine>,
    tenant: TenantId,
    role: CallerRole,
    now: Unix,
}

impl Reader {
    pub(crate) fn of(work: &Work) -> Reader {
        let caller = work.caller();
        Reader { engine: Arc::clone(work.engine()), tenant: caller.tenant, role: caller.role(), now: work.now() }
    }

    /// The password in the clear; empty when it cannot be opened, which is noted.
    pub(crate) fn password(&self, line: &Line) -> Secret {
        self.engine.keyring().open(self.tenant, line.id, &line.password).unwrap_or_else(|| {
            let tenant = self.tenant;
            tracing::error!(%tenant, line = %line.id, "the password of a line cannot be opened");
            Secret::default()
        })
    }

    /// The view of a line.
    pub(crate) fn view<'a>(&'a self, line: &'a Line, facts: Facts) -> View<'a> {
        View { reader: self, line, facts }
    }
}

/// A line's password, opened when it is written: where it is not shown, nobody opens it.
struct Password<'a>(&'a View<'a>);

impl Serialize for Password<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let View { reader, line, .. } = self.0;
        serializer.serialize_str(reader.password(line).reveal())
    }
}

/// The parts of a view that are not fields of the line.
#[derive(Clone, Default)]
pub(crate) struct Facts {
    /// The reseller who owns it: none when it is the panel's own.
    reseller: Option<Option<UserId>>,
    connections: u32,
    /// The version that the line has once the attempt is committed, where it changes the line.
    version: Option<Version>,
    /// When, where and with what it was last seen; outer none where nobody asked.
    seen: Option<Option<Seen>>,
}

impl Facts {
    /// As they are now, for whoever manages the line.
    pub(crate) async fn of(line: &Line, work: &Work) -> Result<Facts> {
        let role = work.engine().role(work.caller().tenant, line.owner).await?;
        let reseller = Some(line.owner).filter(|_| role != Some(Role::Admin));
        let version = Some(work.version_after(line.id.into(), line.version));
        Ok(Facts { reseller: Some(reseller), connections: work.connections(line.id).await?, version, seen: None })
    }

    /// With when, where and with what the line was last seen.
    pub(crate) fn with_seen(self, seen: Option<Seen>) -> Facts {
        Facts { seen: Some(seen), ..self }
    }
}

/// The view as a document.
pub(crate) async fn document(line: &Line, work: &Work) -> Result<Value> {
    let (reader, facts) = (Reader::of(work), Facts::of(line, work).await?);
    Ok(serde_json::to_value(reader.view(line, facts)).unwrap_or_default())
}
