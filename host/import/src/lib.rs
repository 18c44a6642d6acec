//! host-import
