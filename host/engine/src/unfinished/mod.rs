//! Which tenants may have work left when the process ends: noted in the control database before the first plan
//! that may leave some is committed, until none is left and the tenant has rested. A start looks into those alone.

mod note;
mod tenants;

pub(crate) use tenants::Tenants;
