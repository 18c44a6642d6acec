//! Sets of HTTP methods: which of them lead somewhere from a path, and how `Allow` says it.

use host_core::action::Method;
use std::fmt;

/// A set of methods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Methods(u8);

const ALL: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

impl Methods {
    /// No method.
    pub(crate) const NONE: Methods = Methods(0);
    /// Of what is only read.
    pub(crate) const READ: Methods = Methods::one(Method::Get);
    /// Of a path whose parameters say what is wanted.
    pub(crate) const ASKED: Methods = Methods(Methods::READ.0 | Methods::one(Method::Post).0);

    /// Of one method.
    pub(crate) const fn one(method: Method) -> Methods {
        Methods(1 << method as u8)
    }

    /// Those of both.
    pub(crate) const fn and(self, other: Methods) -> Methods {
        Methods(self.0 | other.0)
    }

    /// Whether both have one.
    pub(crate) const fn meets(self, other: Methods) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether a request with this method is one of them. HEAD asks for what GET would answer.
    pub(crate) fn takes(self, method: &http::Method) -> bool {
        Method::of(method.as_str()).is_some_and(|method| self.meets(Methods::one(method)))
    }
}

/// As `Allow` lists them.
impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for method in ALL.into_iter().filter(|method| self.meets(Methods::one(*method))) {
            write!(f, "{separator}{method}")?;
            if method == Method::Get {
                f.write_str(", HEAD")?;
            }
            separator = ", ";
        }
        Ok(())
    }
}
