//! How the stored data of the process is doing: what stands in the way of whom, and whether anybody
//! can still be served.

use crate::{Engine, Result};
use host_core::plan::Database;
use host_core::port::{Trouble, Verified};
use std::collections::BTreeSet;

/// How the stored data is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// A sentence for each thing that stands in somebody's way: whose, what, and what to do.
    pub troubles: Vec<String>,
    /// Why nobody is served: no tenant can be, or nothing can be written.
    pub out_of_service: Option<&'static str>,
}

impl Engine {
    /// How the stored data is doing, from what is known: nothing is looked through for it.
    ///
    /// # Errors
    /// When the control database does not answer.
    pub async fn condition(&self) -> Result<Condition> {
        let tenants = self.tenants().await?;
        let name = |database: Database| match database {
            Database::Control => "the panel".to_owned(),
            Database::Tenant(id) => match tenants.iter().find(|tenant| tenant.id == id) {
                Some(tenant) => format!("tenant {}", tenant.name),
                None => format!("tenant {id}"),
            },
        };
        let (mut unread, mut unwritten, mut troubles) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for (database, trouble) in self.store().troubles() {
            match trouble {
                Trouble::Missing | Trouble::Damaged(_) => unread.insert(database),
                Trouble::Unwritable(_) => unwritten.insert(database),
                Trouble::Broken(_) => false,
            };
            troubles.push(format!("{}: {}", name(database), sentence(&trouble)));
        }
        let all = |of: &BTreeSet<Database>| {
            !tenants.is_empty() && tenants.iter().all(|tenant| of.contains(&Database::Tenant(tenant.id)))
        };
        let out_of_service = if all(&unread) {
            Some("no tenant can be served")
        } else if unwritten.contains(&Database::Control) || all(&unwritten) {
            Some("nothing can be written")
        } else {
            None
        };
        Ok(Condition { troubles, out_of_service })
    }

    /// Looks through the data of a database and recomputes every invariant of it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn verified(&self, database: Database) -> Result<Verified> {
        Ok(self.store().verify(database).await?)
    }
}

/// What is wrong, and what to do.
fn sentence(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Missing => "its database is missing; stop the panel and restore it from a backup".into(),
        Trouble::Damaged(reason) => {
            format!("its database is damaged ({reason}); stop the panel and restore it from a backup")
        }
        Trouble::Broken(reason) => {
            format!("its data is not as it must be ({reason}); run linecard verify, and restore it from a backup")
        }
        Trouble::Unwritable(reason) => {
            format!("nothing can be written ({reason}); look at the disk, it is tried again every second")
        }
    }
}
