//! host-http
