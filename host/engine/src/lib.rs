//! host-engine
