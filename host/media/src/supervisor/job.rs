//! The kinds of work that ffmpeg does, each with what it reads, what becomes of that, and what it may use.

use super::arguments::{self, Remake};
use super::child::Limits;
use super::picture::TestPicture;
use host_core::port::ByteStream;
use host_core::transcode::Profile;
use host_core::{StreamId, TenantId};
use std::fs::File;
use std::time::Duration;

/// Whose work it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Owner {
    /// Whose.
    pub(crate) tenant: TenantId,
    /// For which stream.
    pub(crate) stream: StreamId,
}

/// One piece of work, which gives a transport stream.
pub(crate) struct Job {
    /// Whose.
    pub(crate) owner: Owner,
    /// What.
    pub(crate) work: Work,
}

/// What is done.
pub(crate) enum Work {
    /// Pictures without an end. When the child ends, another one goes on.
    Picture(TestPicture),
    /// What is read, in the form of a profile, to its end. Whoever asked for it knows what comes next.
    Remake {
        /// What is read.
        input: Input,
        /// Which program of a transport stream that has several.
        program: Option<u16>,
        /// What becomes of it.
        profile: Profile,
        /// Where its time begins.
        begins: Duration,
    },
}

/// What is read. It comes in through the standard input: no address and no name is an argument.
pub(crate) enum Input {
    /// A regular file.
    File(File),
    /// Bytes as they arrive.
    Bytes(ByteStream),
}

/// What a child is started with.
pub(super) struct Order {
    pub(super) arguments: Vec<String>,
    pub(super) limits: Limits,
}

/// Test pictures go on for as long as they are watched, in little memory.
const OF_PICTURES: Limits = Limits { processor: None, memory: Some(2 << 30), files: 64, written: 0 };
/// Encoders want memory for every thread, and a channel has no end.
const OF_REMAKING: Limits = Limits { processor: None, memory: Some(16 << 30), files: 64, written: 0 };
/// A look at a few seconds.
const OF_LOOKING: Limits = Limits { processor: Some(30), memory: Some(2 << 30), files: 64, written: 0 };

impl Work {
    /// What to start, and what it reads.
    pub(super) fn order(self) -> (Order, Option<Input>) {
        match self {
            Work::Picture(picture) => (Order { arguments: picture.arguments(), limits: OF_PICTURES }, None),
            Work::Remake { input, program, profile, begins } => {
                let is_file = matches!(input, Input::File(_));
                let arguments = arguments::of_remake(&Remake { is_file, program, profile, begins });
                (Order { arguments, limits: OF_REMAKING }, Some(input))
            }
        }
    }
}

impl Order {
    /// A look at what is the standard input, with ffprobe.
    pub(super) fn of_look(is_file: bool) -> Order {
        Order { arguments: arguments::of_look(is_file), limits: OF_LOOKING }
    }
}
