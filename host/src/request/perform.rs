//! What every command to a panel can do, and how the commands of a noun are listed.

use super::context::Context;
use crate::view::{self, View};
use serde_json::Value;

/// What must be there before a command can be performed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing: it makes the data directory.
    Nothing,
    /// The data directory.
    Directory,
    /// A panel that runs on the data directory, because only that has this.
    RunningPanel(&'static str),
}

/// A command to a panel. What was parsed from the command line is what the running panel is sent, and what is
/// performed in process when none runs.
pub(crate) trait Perform {
    /// Performs it. The value is what `--json` prints.
    async fn perform(&self, context: &Context) -> anyhow::Result<Value>;

    /// What must be there before it can be performed.
    fn needs(&self) -> Needs {
        Needs::Directory
    }

    /// What is wrong with it that the grammar of the command line cannot say.
    fn mistake(&self) -> Option<String> {
        None
    }

    /// Reads what was named where the command was given, before it is sent or performed.
    fn gather(&mut self) -> anyhow::Result<()> {
        Ok(())
    }

    /// How its value is shown to a person.
    fn view(&self) -> View {
        view::table
    }

    /// What is left to do where the command was given, after its value was printed.
    fn finish(&self, _value: &Value) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Lists commands under a noun, or nouns under the program. Each has the name of the type that says its arguments
/// and performs it.
macro_rules! commands {
    ($(#[$about:meta])* $noun:ident { $($(#[$kind:meta])* $command:ident,)* }) => {
        $(#[$about])*
        #[derive(clap::Subcommand, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the types say what they are")]
        pub enum $noun {
            $($(#[$kind])* $command($command),)*
        }

        impl $crate::request::perform::Perform for $noun {
            async fn perform(&self, context: &$crate::request::context::Context) -> anyhow::Result<serde_json::Value> {
                match self {
                    $($noun::$command(command) => command.perform(context).await,)*
                }
            }

            fn needs(&self) -> $crate::request::perform::Needs {
                match self {
                    $($noun::$command(command) => command.needs(),)*
                }
            }

            fn mistake(&self) -> Option<String> {
                match self {
                    $($noun::$command(command) => command.mistake(),)*
                }
            }

            fn gather(&mut self) -> anyhow::Result<()> {
                match self {
                    $($noun::$command(command) => command.gather(),)*
                }
            }

            fn view(&self) -> $crate::view::View {
                match self {
                    $($noun::$command(command) => command.view(),)*
                }
            }

            fn finish(&self, value: &serde_json::Value) -> anyhow::Result<()> {
                match self {
                    $($noun::$command(command) => command.finish(value),)*
                }
            }
        }
    };
}

pub(super) use commands;
