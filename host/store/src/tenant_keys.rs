//! The keys of single tenants, drawn from those of the data directory by what the tenant's database says that it is.
//! They do not depend on the number that the tenant has here, so that it can go elsewhere with its own keys alone.

use crate::directory::DataDirectory;
use crate::seal::SealingKey;
use crate::sqlite::database_file::open_reading;
use crate::sqlite::schema::TENANT;
use hmac::Hmac;
use hmac::digest::KeyInit;
use host_core::TenantId;
use parking_lot::{Mutex, RwLock};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use sha2::Sha256;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The keys of one tenant.
pub(crate) struct TenantKeys {
    pub(crate) seal: SealingKey,
    pub(crate) lookup: Hmac<Sha256>,
}

/// Those of the tenants that were asked for.
pub(crate) struct KeysOfTenants {
    directory: Arc<DataDirectory>,
    data: Zeroizing<[u8; 32]>,
    lookup: Zeroizing<[u8; 32]>,
    /// None for a tenant that has those of the directory.
    drawn: RwLock<HashMap<TenantId, Option<Arc<TenantKeys>>>>,
    /// Tenants whose database could not be read; each is logged once.
    unread: Mutex<HashSet<TenantId>>,
}

impl KeysOfTenants {
    /// `data` and `lookup`: the keys of the directory that theirs are drawn from.
    pub(crate) fn new(
        directory: Arc<DataDirectory>,
        data: Zeroizing<[u8; 32]>,
        lookup: Zeroizing<[u8; 32]>,
    ) -> KeysOfTenants {
        KeysOfTenants { directory, data, lookup, drawn: RwLock::default(), unread: Mutex::default() }
    }

    /// A tenant's own keys; none for one that is older than that there were any, and for one that is not there.
    pub(crate) fn of(&self, tenant: TenantId) -> Option<Arc<TenantKeys>> {
        if let Some(keys) = self.drawn.read().get(&tenant) {
            return keys.clone();
        }
        if !self.directory.has_tenant(tenant) {
            return None;
        }
        // What cannot be read now is read again when it is asked for again.
        let uid = self.uid(tenant).inspect_err(|error| {
            if self.unread.lock().insert(tenant) {
                tracing::error!(%tenant, %error, "the identity of a tenant cannot be read; its passwords do not open");
            }
        });
        let keys = uid.ok()?.and_then(|uid| self.draw(&uid)).map(Arc::new);
        self.drawn.write().insert(tenant, keys.clone());
        keys
    }

    /// What the tenant is, when it has keys of its own.
    fn uid(&self, tenant: TenantId) -> Result<Option<String>, String> {
        let database = open_reading(&self.directory.panel(tenant), &TENANT).map_err(|error| error.to_string())?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?));
        let found = database.query_row("SELECT uid, own_keys FROM identity", (), read);
        let (uid, own_keys) = found.map_err(|error| error.to_string())?;
        Ok(own_keys.then_some(uid))
    }

    fn draw(&self, uid: &str) -> Option<TenantKeys> {
        let seal = SealingKey::new(drawn(&self.data, uid, b"linecard tenant seal")?);
        let lookup = drawn(&self.lookup, uid, b"linecard tenant lookup")?;
        Some(TenantKeys { seal, lookup: <Hmac<Sha256> as KeyInit>::new_from_slice(&*lookup).ok()? })
    }
}

/// HKDF (RFC 5869) with SHA-256: the tenant is the salt, the purpose the info. None never, for 32 bytes.
fn drawn(key: &[u8; 32], uid: &str, purpose: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let mut drawn = Zeroizing::new([0; 32]);
    let info = [purpose];
    let extracted = Salt::new(HKDF_SHA256, uid.as_bytes()).extract(key);
    extracted.expand(&info, Bytes).ok()?.fill(&mut *drawn).ok()?;
    Some(drawn)
}

/// How long a drawn key is.
struct Bytes;

impl KeyType for Bytes {
    fn len(&self) -> usize {
        32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tenant_and_purpose_has_a_key_of_its_own() {
        let key = |uid: &str, purpose: &[u8]| *drawn(&[7; 32], uid, purpose).unwrap();
        assert_eq!(key("a", b"seal"), key("a", b"seal"));
        assert_ne!(key("a", b"seal"), key("b", b"seal"));
        assert_ne!(key("a", b"seal"), key("a", b"lookup"));
        assert_ne!(*drawn(&[8; 32], "a", b"seal").unwrap(), key("a", b"seal"));
    }
}
