//! The functions of every capability as they are outside a sandbox, where
//! [`crate::native::Host`] answers them. The same names and types as the generated ones; a test
//! compares them with `wit/`.
// What the sandboxed bindings export, these have to name alike.
#![allow(unreachable_pub, clippy::module_inception)]

/// The packages of `wit/`.
pub mod linecard {
    /// What all interfaces share.
    pub mod plugin {
        /// `linecard:plugin/actions`.
        pub mod actions {
            /// A refusal as it comes from the host.
            #[derive(Debug)]
            pub struct Refusal {
                /// A code of the host.
                pub code: String,
                /// The parameter or field it is about.
                pub field: Option<String>,
                /// One sentence for people.
                pub message: String,
            }
        }
    }

    /// `linecard:base`.
    pub mod base {
        /// `linecard:base/base`.
        pub mod base {
            pub use crate::native::Level;
            use crate::native::ask;

            /// Writes a line to the plugin's log.
            pub fn log(level: Level, message: &str) {
                ask(|host| host.log(level, message));
            }

            /// Who calls.
            pub fn caller() -> crate::facts::Caller {
                ask(|host| host.caller())
            }

            /// How the request came.
            pub fn request() -> crate::facts::Request {
                ask(|host| host.request())
            }

            /// The tenant's settings of the plugin.
            pub fn settings() -> String {
                ask(|host| host.settings())
            }

            /// The name that was asked for, where no action has it.
            pub fn instead_of() -> Option<String> {
                ask(|host| host.instead_of())
            }

            /// Whether nothing will be committed.
            pub fn dry_run() -> bool {
                ask(|host| host.dry_run())
            }

            /// What the verb of a common action is called with.
            #[derive(Debug)]
            pub struct VerbArguments {
                /// Of no meaning where it takes none.
                pub id: u32,
                /// A JSON object.
                pub fields: String,
            }

            /// What the verb of a common action is called with.
            pub fn arguments() -> VerbArguments {
                let (id, fields) = ask(|host| host.arguments());
                VerbArguments { id, fields }
            }

            /// Unix seconds.
            pub fn now() -> u32 {
                ask(|host| host.now())
            }

            /// Rows that the host holds.
            pub fn read(held: u32, keep: bool) -> String {
                use crate::native::{Answer, Argument};
                let name = "linecard:base/base.read";
                match ask(|host| host.call(name, &[Argument::Number(held), Argument::Flag(keep)])) {
                    Ok(Answer::Text(text)) => text,
                    other => panic!("{name} was answered with {other:?}, which its type does not allow"),
                }
            }

            /// The request's body.
            pub fn sent() -> Vec<u8> {
                ask(|host| host.sent())
            }

            /// Random bytes.
            pub fn random(count: u32) -> Vec<u8> {
                ask(|host| host.random(count))
            }
        }
    }

    /// `linecard:body`.
    pub mod body {
        /// `linecard:body/body`.
        pub mod body {
            use super::super::plugin::actions::Refusal;

            /// Appends to the body.
            pub fn write(chunk: &str) -> Result<(), Refusal> {
                crate::native::ask(|host| host.write(chunk)).map_err(super::super::told)
            }
        }
    }

    fn told(refusal: crate::Refusal) -> plugin::actions::Refusal {
        plugin::actions::Refusal { code: refusal.code, field: refusal.field, message: refusal.message }
    }

    fn call(function: &'static str, arguments: &[Argument<'_>]) -> Result<Answer, plugin::actions::Refusal> {
        crate::native::ask(|host| host.call(function, arguments)).map_err(told)
    }

    use crate::native::{Answer, Argument};

    /// How a type crosses to a [`crate::native::Host`].
    macro_rules! crossing {
        (argument u32, $value:ident) => {
            Argument::Number($value)
        };
        (argument bool, $value:ident) => {
            Argument::Flag($value)
        };
        (argument str, $value:ident) => {
            Argument::Text($value)
        };
        (type u32) => {
            u32
        };
        (type bool) => {
            bool
        };
        (type str) => {
            &str
        };
        (answer string, $answer:expr, $name:expr) => {
            crossing!(only Answer::Text(text) => text, $answer, $name)
        };
        (answer u32, $answer:expr, $name:expr) => {
            crossing!(only Answer::Number(number) => number, $answer, $name)
        };
        (answer mine_facts, $answer:expr, $name:expr) => {
            crossing!(only Answer::Mine(mine) => *mine, $answer, $name)
        };
        (answer none, $answer:expr, $name:expr) => {
            crossing!(only Answer::Nothing => (), $answer, $name)
        };
        (only $right:pat => $value:expr, $answer:expr, $name:expr) => {
            match $answer? {
                $right => Ok($value),
                other => wrong($name, &other),
            }
        };
        (returned string) => {
            String
        };
        (returned u32) => {
            u32
        };
        (returned mine_facts) => {
            crate::facts::Mine
        };
        (returned none) => {
            ()
        };
    }

    fn wrong<T>(function: &str, answer: &Answer) -> T {
        panic!("{function} was answered with {answer:?}, which its type does not allow")
    }

    macro_rules! capabilities {
        ($($package:ident { $($function:ident $wit:literal ($($argument:ident: $type:tt),*) -> $answer:tt;)* })*) => {
            $(
                #[doc = concat!("`linecard:", stringify!($package), "`.")]
                pub mod $package {
                    #[doc = concat!("`linecard:", stringify!($package), "/", stringify!($package), "`.")]
                    #[allow(clippy::unused_unit)]
                    pub mod $package {
                        #[allow(unused_imports)]
                        use super::super::{Answer, Argument, call, plugin::actions::Refusal, wrong};
                        $(
                            #[doc = concat!("`", $wit, "`, as `wit/` describes it.")]
                            pub fn $function($($argument: crossing!(type $type)),*)
                                -> Result<crossing!(returned $answer), Refusal>
                            {
                                let name = concat!(
                                    "linecard:", stringify!($package), "/", stringify!($package), ".", $wit
                                );
                                crossing!(answer $answer, call(name, &[$(crossing!(argument $type, $argument)),*]), name)
                            }
                        )*
                    }
                }
            )*

            /// Every function above: name, types of its arguments, type of its answer.
            #[cfg(test)]
            pub(super) const FUNCTIONS: &[(&str, &str, &[&str], &str)] = &[
                $($((stringify!($package), $wit, &[$(stringify!($type)),*], stringify!($answer)),)*)*
            ];
        };
    }

    capabilities! {
        catalogue {
            categories "categories" (list: str) -> string;
            open "open" (list: str, category: u32) -> u32;
            next "next" (count: u32) -> string;
            skip "skip" (count: u32) -> none;
            open_one "open-one" (list: str, id: u32) -> u32;
            open_episodes "open-episodes" () -> u32;
            open_episodes_of "open-episodes-of" (series: u32) -> u32;
        }
        collections {
            get "get" (collection: str, id: u32) -> u32;
            find "find" (collection: str, key: str, values: str) -> u32;
            list "list" (collection: str, query: str) -> u32;
            count "count" (collection: str) -> u32;
            create "create" (collection: str, document: str) -> u32;
            edit "edit" (collection: str, id: u32, document: str) -> u32;
            delete "delete" (collection: str, id: u32, options: str) -> none;
        }
        connections {
            end "end" (connection: str) -> none;
            end_process "end-process" (pid: u32) -> none;
        }
        credits {
            adjust "adjust" (user: u32, amount: str, note: str) -> string;
        }
        guide {
            programmes "programmes" (stream: u32, from: u32, to: u32, limit: u32) -> string;
            channels "channels" () -> string;
            channel_programmes "channel-programmes" (channel: str, from: u32, to: u32) -> string;
        }
        lines {
            mine "mine" () -> mine_facts;
            get "get" (kind: str, id: u32) -> u32;
            find "find" (kind: str, by: str) -> u32;
            carried "carried" (id: u32) -> string;
            list "list" (kind: str, query: str) -> u32;
            sell "sell" (kind: str, options: str) -> u32;
            create "create" (kind: str, options: str) -> u32;
            edit "edit" (kind: str, id: u32, options: str) -> u32;
            extend "extend" (id: u32, package: u32, trial: bool) -> u32;
            convert "convert" (kind: str, id: u32, options: str) -> u32;
            new_code "new-code" (kind: str, id: u32) -> u32;
            mass_edit "mass-edit" (kind: str, options: str) -> u32;
            delete "delete" (kind: str, id: u32) -> none;
            delete_with "delete-with" (kind: str, id: u32, options: str) -> none;
            batches "batches" (query: str) -> string;
            check_code "check-code" (code: str) -> u32;
            send_event "send-event" (id: u32, options: str) -> u32;
        }
        logs {
            list "list" (log: str, query: str) -> u32;
        }
        node {
            about "about" () -> string;
            load "load" () -> string;
            spaces "spaces" () -> string;
            processes "processes" () -> string;
            certificates "certificates" () -> string;
            edit "edit" (fields: str) -> string;
            reload "reload" () -> string;
            clear "clear" (what: str) -> string;
        }
        packages {
            list "list" () -> string;
        }
        records {
            get "get" (kind: str, id: u32) -> u32;
            list "list" (kind: str, query: str) -> u32;
            create "create" (kind: str, document: str) -> u32;
            edit "edit" (kind: str, id: u32, document: str) -> u32;
            mass_edit "mass-edit" (kind: str, options: str) -> u32;
            delete "delete" (kind: str, id: u32) -> none;
            members "members" (bouquet: u32, query: str) -> string;
            edit_members "edit-members" (bouquet: u32, change: str) -> u32;
        }
        sessions {
            issue "issue" (options: str) -> string;
            sign_in "sign-in" (username: str, password: str, options: str) -> string;
            rotate "rotate" () -> string;
            end "end" () -> none;
            end_all "end-all" () -> none;
        }
        sql {
            select "select" (query: str) -> string;
        }
        users {
            me "me" () -> string;
            get "get" (id: u32) -> u32;
            find "find" (username: str) -> u32;
            list "list" (query: str) -> u32;
            create "create" (options: str) -> u32;
            edit "edit" (id: u32, options: str) -> u32;
            delete "delete" (id: u32, options: str) -> none;
        }
    }
}

#[cfg(test)]
mod tests;
