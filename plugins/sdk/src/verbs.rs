//! Common actions: the verbs that [`crate::plugin!`] calls where `actions.toml` says what an action `does`. What is
//! asked is in the kind's own words already, and the host writes what the verb answers.

use crate::bindings::linecard::base::base::arguments;
use crate::{Held, Refusal, Reply, reply};

fn held(number: u32) -> Result<Reply, Refusal> {
    reply::held(Held::<()>::new(number))
}

fn done((): ()) -> Result<Reply, Refusal> {
    reply::done()
}

/// The verbs of an interface: each with the kind where it needs one, the parts of what is asked, and what it answers.
macro_rules! verbs {
    ($interface:path, $($verb:ident($(of $kind:ident,)? $(by $part:ident),+) => $answer:ident;)+) => {
        use $interface as host;

        $(
            #[doc = concat!("Calls `", stringify!($verb), "` with what is asked.")]
            pub fn $verb($($kind: &str)?) -> Result<crate::Reply, crate::Refusal> {
                let asked = super::arguments();
                super::$answer(host::$verb($($kind,)? $($crate::verbs::part!(asked, $part)),+)?)
            }
        )+
    };
}

macro_rules! part {
    ($asked:ident, id) => {
        $asked.id
    };
    ($asked:ident, fields) => {
        &$asked.fields
    };
}
use part;

/// On lines.
pub mod lines {
    verbs! { crate::bindings::linecard::lines::lines,
        list(of kind, by fields) => held;
        get(of kind, by id) => held;
        sell(of kind, by fields) => held;
        create(of kind, by fields) => held;
        edit(of kind, by id, by fields) => held;
        convert(of kind, by id, by fields) => held;
        new_code(of kind, by id) => held;
        mass_edit(of kind, by fields) => held;
        delete(of kind, by id) => done;
    }
}

/// On logs, by their words.
pub mod logs {
    verbs! { crate::bindings::linecard::logs::logs,
        list(of kind, by fields) => held;
    }
}

/// On users.
pub mod users {
    verbs! { crate::bindings::linecard::users::users,
        list(by fields) => held;
        get(by id) => held;
        create(by fields) => held;
        edit(by id, by fields) => held;
        delete(by id, by fields) => done;
    }
}

/// On records of a kind.
pub mod records {
    verbs! { crate::bindings::linecard::records::records,
        list(of kind, by fields) => held;
        get(of kind, by id) => held;
        create(of kind, by fields) => held;
        edit(of kind, by id, by fields) => held;
        mass_edit(of kind, by fields) => held;
        delete(of kind, by id) => done;
    }
}
