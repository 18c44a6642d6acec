//! As of when lists and guides are: numbers that whoever keeps something made of them compares. Cheap: atomic reads.

use crate::Engine;
use host_core::{BouquetId, TenantId};

impl Engine {
    /// Grows with every commit that changes what lists of these bouquets are made of, without bouquets those of any.
    pub fn catalogue_generation(&self, tenant: TenantId, bouquets: Option<&[BouquetId]>) -> u64 {
        self.store().catalogue_generation(tenant, bouquets)
    }

    /// Grows with every change of the settings.
    pub fn settings_generation(&self, tenant: TenantId) -> u64 {
        self.store().settings_generation(tenant)
    }

    /// Grows with every guide that takes the place of another.
    pub fn guide_generation(&self, tenant: TenantId) -> u64 {
        self.store().guide_generation(tenant)
    }
}
