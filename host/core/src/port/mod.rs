//! What the floors above need of the outside world, as traits. `async` appears here only in
//! signatures: what is behind a port decides which answers are there at once.

mod answers;
mod error;
mod fetch;
mod guide;
mod leases;
mod machine;
mod on_air;
mod pending;
mod pricing;
mod provider;
mod receive;
mod select;
mod store;

pub use answers::*;
pub use error::StoreError;
pub use fetch::*;
pub use guide::{GuideFeed, GuideItems};
pub use leases::{Endings, Leases, Whose};
pub use machine::*;
pub use on_air::{AirStatus, Airing, Content, Library, NoLibrary, OnAir};
pub use pending::Pending;
pub use pricing::{ListPrices, Pricing, Sale};
pub use provider::{ProviderFeed, ProviderItems};
pub use receive::*;
pub use select::*;
pub use store::*;

use crate::journal::{Entry, LogPage, LogQuery};
use crate::secret::{Mac, Sealed, Secret};
use crate::time::Unix;
use crate::{LineId, TenantId};
use std::net::IpAddr;
use std::time::Duration;

/// What time it is. Every time-out, limit and lease uses [`Clock::monotonic`]; dates use
/// [`Clock::now`]. A test drives it by hand.
pub trait Clock: Send + Sync + 'static {
    /// Wall-clock seconds.
    fn now(&self) -> Unix;
    /// Time since an arbitrary start; never goes back.
    fn monotonic(&self) -> Duration;
}

/// Where randomness comes from: the operating system, or a seed in a test.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// Seals what must be readable again, and digests what must be looked up. The keys live
/// outside the databases; no key ever leaves an implementation.
pub trait Keyring: Send + Sync + 'static {
    /// Seals a line's password for that row.
    fn seal(&self, tenant: TenantId, line: LineId, password: &Secret) -> Sealed;
    /// Opens it again; `None` when it was sealed for another row or is damaged.
    fn open(&self, tenant: TenantId, line: LineId, sealed: &Sealed) -> Option<Secret>;
    /// Seals a secret for one field of one row; `field` says of which kind: `provider.password`.
    fn seal_field(&self, tenant: TenantId, field: &str, row: u32, secret: &Secret) -> Sealed;
    /// Opens it again; `None` when it was sealed for another field or row, or is damaged.
    fn open_field(&self, tenant: TenantId, field: &str, row: u32, sealed: &Sealed) -> Option<Secret>;
    /// The keyed digest of a text for a purpose (`line-password`, `session`, …) in a tenant.
    fn mac(&self, tenant: TenantId, purpose: &str, text: &[u8]) -> Mac;
}

/// Takes journal rows; never blocks and never fails. A full buffer drops rows and counts them.
pub trait Journal: Send + Sync + 'static {
    /// Notes one row.
    fn note(&self, tenant: TenantId, entry: Entry);
    /// Reads rows of a log, newest first; [`StoreError::TooLong`] where too many have to be looked at for it.
    fn read(&self, tenant: TenantId, query: LogQuery) -> Pending<'_, LogPage>;
    /// Whether the line has signed in from the [`home`](crate::journal::home) of this address within
    /// the last [`TRUST_SECONDS`](crate::journal::TRUST_SECONDS). Kept from the sign-ins that are
    /// noted, by day; outlives the process. Asked for where a sign-in would be locked out.
    fn is_trusted(&self, tenant: TenantId, line: LineId, address: IpAddr, now: Unix) -> Pending<'_, bool>;
}

/// Who operates the network of an address, from MaxMind files; `None` without a file or entry.
pub trait Networks: Send + Sync + 'static {
    /// The operator's name.
    fn isp(&self, address: IpAddr) -> Option<String>;
    /// The ISO 3166 country.
    fn country(&self, address: IpAddr) -> Option<String>;
}
