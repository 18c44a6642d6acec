//! One way to write: a plan enters by `commit` alone, and the statements that change rows stand in the files that it
//! reaches. Reads the sources as the compiler does; no store runs.
#![allow(clippy::unwrap_used)]

mod items;
mod names;
mod plans;
mod sources;
mod statements;
