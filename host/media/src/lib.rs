//! host-media
