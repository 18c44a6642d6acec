//! Who asks: what is known of a request besides its parameters, and what the log is to say of it.

use crate::connection::Pulse;
use crate::origin::Origin;
use host_core::Code;
use host_core::caller::Identity;
use host_core::secret::Secret;
use http::Uri;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

/// Who asks: what later steps need to know of the request besides its parameters.
pub(crate) struct Visitor {
    /// The request's id.
    pub(crate) id: Arc<str>,
    /// The client's address.
    pub(crate) address: IpAddr,
    /// It is the client's beyond doubt, and not that of a proxy which nobody has listed.
    pub(crate) is_certain: bool,
    /// The `User-Agent`, empty when none was sent.
    pub(crate) agent: Arc<str>,
    /// What was asked for.
    pub(crate) uri: Uri,
    /// What addresses in the answer begin with.
    pub(crate) origin: Origin,
    /// Nobody between the client and us, or a trusted proxy, reads along.
    pub(crate) is_private: bool,
    /// The connection that it came on.
    pub(crate) pulse: Arc<Pulse>,
    /// What the log is to say of the visit.
    pub(crate) told: Told,
}

/// What is found out on the way of a request and said in its line of the log.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) caller: OnceLock<Identity>,
    pub(crate) refused: OnceLock<&'static str>,
}

impl Told {
    /// They signed in.
    pub(crate) fn caller(&self, caller: Identity) {
        // The first word counts: there is one sign-in in a request.
        let _ = self.caller.set(caller);
    }

    /// They were refused. A plugin's own codes are its words, which are kept out of the log.
    pub(crate) fn refused(&self, code: &Code) {
        if let Code::Known(known) = code {
            let _ = self.refused.set(known.as_str());
        }
    }
}

impl Visitor {
    /// What the engine's sign-in journals.
    pub(crate) fn from(&self, surface: &str) -> host_engine::SignInFrom {
        host_engine::SignInFrom {
            address: self.address,
            agent: Arc::clone(&self.agent),
            surface: surface.into(),
            request: Arc::clone(&self.id),
            query: Secret::new(self.uri.query().unwrap_or_default()),
            // Who signs in closes none.
            code: Secret::default(),
        }
    }
}
