//! What others must hear of a committed batch.

use host_core::TenantId;
use host_core::kind::Stale;
use host_core::object::{Key, Kind, Object};
use host_core::plan::{Change, Plan, SetKind};

/// What others must hear of a committed batch.
#[derive(Default)]
pub(in crate::sqlite) struct Touched {
    pub(in crate::sqlite) catalogue: bool,
    pub(in crate::sqlite) guide: bool,
    pub(in crate::sqlite) lines: bool,
    pub(in crate::sqlite) tenants: bool,
    /// Tenants that are new, with their names.
    pub(in crate::sqlite) created: Vec<(TenantId, String)>,
    pub(in crate::sqlite) deleted: Vec<TenantId>,
}

impl Touched {
    /// What a plan touches that was done.
    pub(super) fn add(&mut self, plan: &Plan) {
        for change in &plan.changes {
            match change {
                Change::Insert(object) | Change::Update(object) => {
                    self.kind(object.key().kind());
                    if let (Change::Insert(_), Object::Tenant(tenant)) = (change, &**object) {
                        self.created.push((tenant.id, tenant.name.clone()));
                    }
                }
                Change::Delete(key, _) => {
                    self.kind(key.kind());
                    if let Key::Tenant(id) = key {
                        self.deleted.push(*id);
                    }
                }
                Change::SetMembers(..)
                | Change::AddMembers(..)
                | Change::RemoveMembers(..)
                | Change::PlaceMembers(..) => self.catalogue = true,
                Change::Set(set) => {
                    self.catalogue |= matches!(set.what, SetKind::MarkMissing(..) | SetKind::PruneMissing(_));
                    self.lines |= matches!(set.what, SetKind::MoveLines(..) | SetKind::ForgetBouquet(_));
                }
                Change::Transfer(_)
                | Change::UseTrial(..)
                | Change::TakeIds(..)
                | Change::Guide(..)
                | Change::PruneGuide(..)
                | Change::SweepSessions(..)
                | Change::Reshape(_)
                | Change::Settle(..) => {}
            }
        }
    }

    fn kind(&mut self, kind: Kind) {
        match kind.makes_stale() {
            Stale::Nothing => {}
            Stale::Catalogue => self.catalogue = true,
            Stale::Guide => self.guide = true,
            Stale::Lines => self.lines = true,
            Stale::Tenants => self.tenants = true,
        }
    }
}
