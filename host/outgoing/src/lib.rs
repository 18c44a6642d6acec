//! host-outgoing
