//! The line view: what every surface reads of a line. Who may see which field is decided here.

use crate::fields::write_fields;
use crate::shown::Shown;
use crate::{Engine, Result, Work};
use host_core::caller::CallerRole;
use host_core::field_list::{Chosen, FieldList};
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
        let (line, facts, shows) = (self.line, &self.facts, &self.reader.shows);
        let mut fields = serializer.serialize_struct("Line", Line::LIST.len() + 6)?;
        fields.serialize_field("id", &line.id)?;
        self.write_fields(self.reader.role, shows.fields, &mut fields)?;
        match &facts.reseller {
            Some(reseller) => fields.serialize_field("reseller", reseller)?,
            None => fields.skip_field("reseller")?,
        }
        match shows.status {
            true => fields.serialize_field("status", &line.status(self.reader.now))?,
            false => fields.skip_field("status")?,
        }
        match facts.connections {
            Some(connections) => fields.serialize_field("active_connections", &connections)?,
            None => fields.skip_field("active_connections")?,
        }
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
    shows: Shows,
}

/// What a view has.
struct Shows {
    fields: Chosen,
    reseller: bool,
    status: bool,
    connections: bool,
}

/// What is worked out of a line needs these.
const STATUS_FIELDS: [&str; 3] = ["enabled", "admin_enabled", "expiry"];
const RESELLER_FIELDS: [&str; 1] = ["owner"];

impl Reader {
    /// Whoever acts, who sees whole lines.
    pub(crate) fn of(work: &Work) -> Reader {
        let caller = work.caller();
        let shows = Shows { fields: Chosen::ALL, reseller: true, status: true, connections: true };
        Reader { engine: Arc::clone(work.engine()), tenant: caller.tenant, role: caller.role(), now: work.now(), shows }
    }

    /// The same, who sees these fields alone.
    pub(crate) fn showing(self, shown: &Shown<'_>) -> Reader {
        let fields = shown.chosen(Line::LIST);
        let has = |name| shown.has(name);
        let shows =
            Shows { fields, reseller: has("reseller"), status: has("status"), connections: has("active_connections") };
        Reader { shows, ..self }
    }

    /// What has to be read of a line for its view.
    pub(crate) fn reads(&self) -> Chosen {
        let worked_out =
            |is_shown: bool, of: &[&'static str]| Chosen::of(Line::LIST, of.iter().copied().filter(|_| is_shown));
        let status = worked_out(self.shows.status, &STATUS_FIELDS);
        self.shows.fields.and(status).and(worked_out(self.shows.reseller, &RESELLER_FIELDS))
    }

    /// The parts of a line's view that are not its fields, as they are now, for whoever manages the line.
    pub(crate) async fn facts(&self, line: &Line, work: &Work) -> Result<Facts> {
        let version = Some(work.version_after(line.id.into(), line.version));
        let mut facts = Facts { version, ..Facts::default() };
        if self.shows.reseller {
            let role = work.engine().role(work.caller().tenant, line.owner).await?;
            facts.reseller = Some(Some(line.owner).filter(|_| role != Some(Role::Admin)));
        }
        if self.shows.connections {
            facts.connections = Some(work.connections(line.id).await?);
        }
        Ok(facts)
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
    /// The reseller who owns it, inner none when it is the panel's own; outer none where it is not shown.
    reseller: Option<Option<UserId>>,
    /// None where it is not shown.
    connections: Option<u32>,
    /// The version that the line has once the attempt is committed, where it changes the line.
    version: Option<Version>,
    /// When, where and with what it was last seen; outer none where nobody asked.
    seen: Option<Option<Seen>>,
}

impl Facts {
    /// With when, where and with what the line was last seen.
    pub(crate) fn with_seen(self, seen: Option<Seen>) -> Facts {
        Facts { seen: Some(seen), ..self }
    }
}

/// The view as a document.
pub(crate) async fn document(line: &Line, work: &Work) -> Result<Value> {
    let reader = Reader::of(work);
    let facts = reader.facts(line, work).await?;
    Ok(serde_json::to_value(reader.view(line, facts)).unwrap_or_default())
}
