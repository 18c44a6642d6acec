//! The key files: sealing of what must be readable again, digests of what must be looked up. No key ever leaves
//! this module.

use crate::directory::{DataDirectory, make_private, refuse_exposed, sync_directory, write_private};
use crate::error::OpenError;
use crate::seal::{NONCE_BYTES, SealingKey};
use crate::system::SystemEntropy;
use crate::tenant_keys::KeysOfTenants;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac as _};
use host_core::plan::Database;
use host_core::port::{Entropy, Keyring};
use host_core::secret::{Mac, Sealed, Secret};
use host_core::{LineId, TenantId};
use sha2::Sha256;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
/// First byte of what is sealed with the directory's key.
const OF_DIRECTORY: u8 = 1;
/// First byte of what is sealed with the tenant's own.
const OF_TENANT: u8 = 2;

/// Two keys of a data directory: `keys/data.key` seals, `keys/lookup.key` digests. Files of 32 bytes, mode 0600, made
/// once. Tenants have keys of their own, drawn from these; those with lines that are older than that have these.
pub struct FileKeyring {
    data: SealingKey,
    /// Keyed already: half of a short digest's work.
    lookup: Hmac<Sha256>,
    tenants: KeysOfTenants,
}

impl std::fmt::Debug for FileKeyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileKeyring")
    }
}

impl FileKeyring {
    /// Reads the keys. They are made only where no database exists yet, because a new key could
    /// not open what an old one sealed.
    pub(crate) fn open(directory: &Arc<DataDirectory>) -> Result<FileKeyring, OpenError> {
        let keys = directory.keys();
        let may_make = !directory.control().exists() && !directory.has_tenants()?;
        if may_make {
            make_private(&keys)?;
        } else if !keys.is_dir() {
            return Err(OpenError::MissingKey(keys));
        }
        refuse_exposed(&keys)?;
        let data = read_or_make(&keys.join("data.key"), may_make)?;
        let path = keys.join("lookup.key");
        let digests = read_or_make(&path, may_make)?;
        let lookup = <Hmac<Sha256> as KeyInit>::new_from_slice(&*digests);
        let lookup = lookup.map_err(|error| OpenError::Damaged { path, reason: error.to_string() })?;
        sync_directory(&keys)?;
        let tenants = KeysOfTenants::new(Arc::clone(directory), data.clone(), digests);
        Ok(FileKeyring { data: SealingKey::new(data), lookup, tenants })
    }

    /// What audit chains are made with.
    pub(crate) fn chain_keys(&self) -> ChainKeys {
        ChainKeys(self.lookup.clone())
    }
}

/// The keys of the audit chains: one for each database, all drawn from the lookup key.
#[derive(Clone)]
pub(crate) struct ChainKeys(Hmac<Sha256>);

impl ChainKeys {
    /// The key of a database's chain, ready to take what it is to vouch for. Tenants begin at 1.
    pub(crate) fn of(&self, database: Database) -> Hmac<Sha256> {
        let tenant = if let Database::Tenant(id) = database { id } else { TenantId(0) };
        keyed(digest(&self.0, tenant, "audit-chain", &[]))
    }
}

fn keyed(key: [u8; KEY_BYTES]) -> Hmac<Sha256> {
    // A key shorter than a block stands for itself with zeros behind it (RFC 2104).
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = from);
    <Hmac<Sha256> as KeyInit>::new((&block).into())
}

fn digest(lookup: &Hmac<Sha256>, tenant: TenantId, purpose: &str, text: &[u8]) -> [u8; 32] {
    let mut mac = lookup.clone();
    // The purpose's length in front keeps (purpose, text) pairs apart.
    mac.update(&(purpose.len() as u64).to_be_bytes());
    mac.update(purpose.as_bytes());
    mac.update(&tenant.0.to_be_bytes());
    mac.update(text);
    mac.finalize().into_bytes().into()
}

fn read_or_make(path: &Path, may_make: bool) -> Result<Zeroizing<[u8; KEY_BYTES]>, OpenError> {
    if !path.exists() {
        if !may_make {
            return Err(OpenError::MissingKey(path.to_owned()));
        }
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        SystemEntropy.fill(&mut *key);
        write_private(path, &*key)?;
    }
    refuse_exposed(path)?;
    let bytes = Zeroizing::new(std::fs::read(path).map_err(OpenError::io(path))?);
    let key: Result<[u8; KEY_BYTES], _> = bytes.as_slice().try_into();
    key.map(Zeroizing::new).map_err(|_| OpenError::Damaged {
        path: path.to_owned(),
        reason: format!("a key has {KEY_BYTES} bytes, this file has {}", bytes.len()),
    })
}

/// What a sealed password is bound to: its tenant's number here, its row and its column.
fn place_of(tenant: TenantId, line: LineId) -> [u8; 22] {
    let mut place = *b"lines.password........";
    place[14..18].copy_from_slice(&tenant.0.to_be_bytes());
    place[18..22].copy_from_slice(&line.0.to_be_bytes());
    place
}

/// What one is bound to that is sealed with the tenant's own key: its row and its column.
fn own_place_of(line: LineId) -> [u8; 18] {
    let mut place = *b"lines.password....";
    place[14..18].copy_from_slice(&line.0.to_be_bytes());
    place
}

/// Likewise of a field that is not a line's password. Its length stands before it, so that no two places read alike.
fn places_of_field(tenant: TenantId, field: &str, row: u32) -> [Vec<u8>; 2] {
    let length = u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes();
    let place = |of: &[u8]| [b"field.", &length[..], field.as_bytes(), of, &row.to_be_bytes()].concat();
    [place(&tenant.0.to_be_bytes()), place(b"")]
}

impl FileKeyring {
    /// Seals a secret in the first place with the key of the directory, or in the second with the tenant's own.
    fn sealed(&self, tenant: TenantId, (place, own_place): (&[u8], &[u8]), secret: &Secret) -> Sealed {
        let mut nonce = [0; NONCE_BYTES];
        SystemEntropy.fill(&mut nonce);
        let text = secret.reveal().as_bytes();
        let (format, sealed) = match self.tenants.of(tenant) {
            Some(own) => (OF_TENANT, own.seal.seal(&nonce, own_place, text)),
            None => (OF_DIRECTORY, self.data.seal(&nonce, place, text)),
        };
        // What is empty opens for nobody.
        sealed.map_or_else(Sealed::default, |text| Sealed([&[format][..], &nonce, &text].concat()))
    }

    fn opened(&self, tenant: TenantId, (place, own_place): (&[u8], &[u8]), sealed: &Sealed) -> Option<Secret> {
        let (format, rest) = sealed.0.split_first()?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let opened = match *format {
            OF_DIRECTORY => self.data.open(nonce, place, text)?,
            OF_TENANT => self.tenants.of(tenant)?.seal.open(nonce, own_place, text)?,
            _ => return None,
        };
        std::str::from_utf8(&opened).ok().map(Secret::new)
    }
}

impl Keyring for FileKeyring {
    fn seal(&self, tenant: TenantId, line: LineId, password: &Secret) -> Sealed {
        self.sealed(tenant, (&place_of(tenant, line), &own_place_of(line)), password)
    }

    fn open(&self, tenant: TenantId, line: LineId, sealed: &Sealed) -> Option<Secret> {
        self.opened(tenant, (&place_of(tenant, line), &own_place_of(line)), sealed)
    }

    fn seal_field(&self, tenant: TenantId, field: &str, row: u32, secret: &Secret) -> Sealed {
        let [place, own] = places_of_field(tenant, field, row);
        self.sealed(tenant, (&place, &own), secret)
    }

    fn open_field(&self, tenant: TenantId, field: &str, row: u32, sealed: &Sealed) -> Option<Secret> {
        let [place, own] = places_of_field(tenant, field, row);
        self.opened(tenant, (&place, &own), sealed)
    }

    fn mac(&self, tenant: TenantId, purpose: &str, text: &[u8]) -> Mac {
        Mac(match self.tenants.of(tenant) {
            // The key says whose it is.
            Some(own) => digest(&own.lookup, TenantId(0), purpose, text),
            None => digest(&self.lookup, tenant, purpose, text),
        })
    }
}
