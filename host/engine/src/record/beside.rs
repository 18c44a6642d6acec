//! Fields of a record's document that are kept beside its row: the members of a bouquet, the packages of a group, the
//! bouquets that get a stream, and whether it runs; and whether a guide is wanted now.

use super::{bouquet, group, guide, provider, stream};
use crate::air::{self, Run};
use crate::{Result, Work};
use host_core::bouquet::Member;
use host_core::caller::CallerRole;
use host_core::object::{Kind, Object};
use host_core::provider::PROVIDER;
use host_core::record::RecordKind;
use host_core::{BouquetId, PackageId};
use serde_json::{Map, Value};

/// What a document sets beside the row.
#[derive(Default)]
pub(super) struct Beside {
    members: Option<Vec<Member>>,
    packages: Option<Vec<PackageId>>,
    bouquets: Vec<BouquetId>,
    /// An import of the guide, or of the provider's list, is asked for.
    pub(super) reload: bool,
    run: Option<Run>,
}

/// Takes these fields out of a document, checked.
pub(super) async fn take(work: &mut Work, kind: RecordKind, document: &mut Map<String, Value>) -> Result<Beside> {
    Ok(match kind.stored_as() {
        Kind::Bouquet => Beside { members: bouquet::take(work, document).await?, ..Beside::default() },
        Kind::Group => Beside { packages: group::take(work, document).await?, ..Beside::default() },
        Kind::Stream => {
            let run = Run::take(document)?;
            Beside { bouquets: stream::take(work, document).await?, run, ..Beside::default() }
        }
        Kind::GuideSource => Beside { reload: guide::take(document)?, ..Beside::default() },
        Kind::Document if kind.word() == PROVIDER.word => {
            Beside { reload: guide::take(document)?, ..Beside::default() }
        }
        _ => Beside::default(),
    })
}

impl Beside {
    /// Whether nothing is set beside the row.
    pub(super) fn is_nothing(&self) -> bool {
        let Beside { members, packages, bouquets, reload, run } = self;
        members.is_none() && packages.is_none() && bouquets.is_empty() && !reload && run.is_none()
    }

    /// What the answer says of them beside the document.
    pub(super) fn answer(&self) -> Option<(&'static str, Value)> {
        Some(("results", self.run?.results()))
    }

    /// Sets them, once the row is in the plan.
    pub(super) async fn set(self, work: &mut Work, object: &Object) -> Result<()> {
        match (object, self) {
            (Object::Bouquet(row), Beside { members: Some(members), .. }) => {
                bouquet::check_taken(work, row.id, &members).await?;
                work.set_members(row.id, members);
            }
            (Object::Group(row), Beside { packages: Some(packages), .. }) => {
                group::set(work, row.id, &packages).await?;
            }
            (Object::Stream(row), Beside { bouquets, run, .. }) => {
                stream::add(work, row, &bouquets)?;
                if let Some(run) = run {
                    run.ask(work, row)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Adds them to the document of a record, for admins.
pub(super) async fn show(work: &Work, object: &Object, fields: &mut Map<String, Value>) -> Result<()> {
    match object {
        Object::Bouquet(row) => bouquet::show(work, row.id, fields).await,
        Object::Group(_) => group::show(work, std::slice::from_mut(fields)).await,
        Object::Stream(row) => {
            if work.caller().role() == CallerRole::Admin {
                fields.insert("servers".to_owned(), air::servers(work, row));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Adds them to the documents of a page, for admins.
pub(super) async fn show_all(work: &Work, kind: RecordKind, rows: &mut [Map<String, Value>]) -> Result<()> {
    match kind.stored_as() {
        Kind::Bouquet => bouquet::show_all(work, rows).await,
        Kind::Group => group::show(work, rows).await,
        Kind::Document => provider::show_addresses(work, kind, rows).await,
        _ => Ok(()),
    }
}
