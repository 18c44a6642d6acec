//! The certificates of an encrypted listener: which of them a client is shown, and how files that
//! changed take the place of the old ones while connections go on.

mod by_name;
mod error;
mod facts;
mod pair;
mod set;
mod watch;

pub use error::CertificateError;
pub use set::check;
pub use watch::Certificates;

pub(crate) use set::CertificateSet;
