//! A file can be read in one sitting. How long a function may be says `clippy.toml`.

use crate::tree::{all, shown, text_of};

const LINES: usize = 320;

#[test]
fn no_file_is_longer_than_320_lines() {
    let lengths = all(".rs").into_iter().map(|file| (shown(&file), text_of(&file).lines().count()));
    let long: Vec<_> = lengths.filter(|(_, lines)| *lines > LINES).collect();
    assert!(long.is_empty(), "split these by subject: {long:#?}");
}
