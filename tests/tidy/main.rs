//! The house's rules for its own sources: which way imports point, how long a file may be and
//! where a folder's module stands, what a comment may name, which words were given up. Style
//! that matters is a test.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
#![allow(missing_docs, unreachable_pub, reason = "nobody outside reads these")]

mod circles;
mod closed_store;
mod costs;
mod documents;
mod layout;
mod module;
mod modules;
mod named_paths;
mod one_way;
mod rules;
mod sizes;
mod tree;
mod words;
