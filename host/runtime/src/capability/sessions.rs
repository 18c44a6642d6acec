//! `linecard:sessions`: sign-ins that go on by a token, on the surface of the action. The one place where tokens cross
//! to guests.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::{document, verb};
use host_core::secret::Secret;
use host_engine::session;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:sessions/sessions", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    verb!("issue", Writing, |call, options: String| {
        let token = session::issue(&mut call.work, &document("options", &options)?).await?;
        Ok(token.reveal().to_owned())
    }),
    verb!("sign-in", Writing, costs 100, |call, username: String, password: String, options: String| {
        let (password, options) = (Secret::new(password), document("options", &options)?);
        let token = session::sign_in(&mut call.work, &username, &password, &options).await?;
        Ok(token.reveal().to_owned())
    }),
    verb!("rotate", Writing, |call| Ok(session::rotate(&mut call.work).await?.reveal().to_owned())),
    verb!("end", Writing, |call| session::end(&mut call.work).await),
    verb!("end-all", Writing, |call| session::end_all(&mut call.work).await),
];
