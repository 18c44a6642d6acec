//! Who calls a probe.

/// A caller; both tenants have one of each, of the same name.
#[derive(Clone, Copy)]
pub enum Role {
    Stranger,
    Line,
    Reseller,
}
