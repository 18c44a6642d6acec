//! What may be changed of the one server, and what not: that is refused by its name, unless it is sent as it is.

use crate::server_row::ServerRow;
use linecard_sdk::node::{self, Change};
use linecard_sdk::{Refusal, Reply, reply};

/// What is sent for something that is as it is.
pub(crate) struct Fixed(Vec<(&'static str, bool, &'static str)>);

impl Fixed {
    pub(crate) fn new() -> Fixed {
        Fixed(Vec::new())
    }

    /// `sent`, where it was, must be this; else it is refused with the reason.
    pub(crate) fn is<T: PartialEq>(
        mut self,
        name: &'static str,
        sent: Option<T>,
        is: T,
        reason: &'static str,
    ) -> Fixed {
        self.0.push((name, sent.is_none_or(|sent| sent == is), reason));
        self
    }

    /// Likewise, for what there is nothing to choose in.
    pub(crate) fn nothing<T: Default + PartialEq>(self, name: &'static str, sent: Option<T>) -> Fixed {
        self.is(name, sent, T::default(), "One server serves the panel, and this has no effect on it.")
    }

    fn check(self) -> Result<(), Refusal> {
        match self.0.into_iter().find(|(_, is_so, _)| !is_so) {
            Some((name, _, reason)) => Err(Refusal::field("invalid_input", name, reason)),
            None => Ok(()),
        }
    }
}

/// Changes name and domains, and answers the server.
pub(crate) fn edit(fixed: Fixed, name: Option<String>, domains: Option<Vec<String>>) -> Result<Reply, Refusal> {
    fixed.check()?;
    let about = match (&name, &domains) {
        (None, None) => node::about()?,
        _ => {
            let changed = node::edit(&Change { name, domains });
            changed.map_err(|refusal| match refusal.field.as_deref() {
                Some("node_name") => Refusal { field: Some("server_name".to_owned()), ..refusal },
                Some("domains") => Refusal { field: Some("domain_name".to_owned()), ..refusal },
                _ => refusal,
            })?
        }
    };
    reply::data(&ServerRow::from(about))
}
