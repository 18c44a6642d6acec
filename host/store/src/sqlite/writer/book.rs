//! What the writers have for the control database beside the plans: how far audit chains have
//! come, and which deleted tenants have left nothing behind.

use super::doubt;
use crate::error::failed;
use crate::keys::ChainKeys;
use crate::sqlite::audit_chain::heads::{self, Head};
use host_core::TenantId;
use host_core::plan::Database;
use host_core::port::StoreError;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// What is to be written down; it stays here until it is.
#[derive(Default)]
pub(super) struct Book {
    heads: BTreeMap<Database, Head>,
    buried: Vec<TenantId>,
    trial: bool,
}

impl Book {
    /// How far a chain has come.
    pub(super) fn note(&mut self, database: Database, head: Head) {
        self.heads.insert(database, head);
    }

    /// A deleted tenant's directory is gone.
    pub(super) fn buried(&mut self, tenant: TenantId) {
        self.buried.push(tenant);
    }

    /// It is to be found out whether anything can be written.
    pub(super) fn try_it(&mut self) {
        self.trial = true;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.heads.is_empty() && self.buried.is_empty() && !self.trial
    }

    /// Writes all of it down.
    pub(super) fn write(&mut self, control: &Connection, keys: &ChainKeys) -> Result<(), StoreError> {
        let write = || -> rusqlite::Result<()> {
            let transaction = control.unchecked_transaction()?;
            for (database, head) in &self.heads {
                heads::note(&transaction, keys, *database, head)?;
            }
            for tenant in &self.buried {
                forget(&transaction, *tenant)?;
            }
            transaction.commit()
        };
        write().map_err(failed)?;
        if self.trial {
            doubt::write_over(control)?;
        }
        *self = Book::default();
        Ok(())
    }
}

/// Forgets a deleted tenant: its directory is gone, and the name may be another's.
pub(in crate::sqlite) fn forget(control: &Connection, tenant: TenantId) -> rusqlite::Result<()> {
    control.prepare_cached("DELETE FROM deleted_tenants WHERE id = ?1")?.execute((tenant.0,)).map(drop)
}
