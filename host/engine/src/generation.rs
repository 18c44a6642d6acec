//! As of when lists and guides are: numbers that whoever keeps something made of them compares. Cheap: atomic reads.

use crate::Engine;
use host_core::TenantId;

impl Engine {
    /// Grows with every commit that changes what lists are made of: streams, series, categories, bouquets, settings.
    pub fn catalogue_generation(&self, tenant: TenantId) -> u64 {
        self.store().catalogue_generation(tenant)
    }

    /// Grows with every guide that takes the place of another.
    pub fn guide_generation(&self, tenant: TenantId) -> u64 {
        self.store().guide_generation(tenant)
    }
}
