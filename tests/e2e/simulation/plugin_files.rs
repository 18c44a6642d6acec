//! Plugin files for the drop folders: one example in several versions, each of another length.
//! Knows nothing of who loads them.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The plugin's name.
pub const NAME: &str = "welcome";
/// How many versions there are: 0.1.0 and on.
pub const VERSIONS: usize = 6;

/// The whole files, oldest first.
pub static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| (0..VERSIONS).map(version).collect());

/// SHA-256 of a file, as the panel writes it.
pub fn digest(file: &[u8]) -> String {
    Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The example with another version, and with padding before its last section, so that no two
/// versions share their bytes from some place on.
fn version(number: usize) -> Vec<u8> {
    const LAST: &[u8] = b"linecard:plugin";
    let mut file = std::fs::read(env!("EXAMPLE_WELCOME")).unwrap();
    let name = file.windows(LAST.len()).rposition(|window| window == LAST).unwrap();
    let text = String::from_utf8(file[name + LAST.len() + 32..].to_vec()).unwrap();
    // Before the name stand its length, the section's length in two bytes, and the section's kind.
    file.truncate(name - 4);
    section(&mut file, b"padding", &vec![number as u8; 997 * (1 + number * 5 % 7)]);
    let mut last = Sha256::digest(&file).to_vec();
    last.extend(text.replacen("0.1.0", &format!("0.1.{number}"), 1).into_bytes());
    section(&mut file, LAST, &last);
    file
}

fn section(file: &mut Vec<u8>, name: &[u8], content: &[u8]) {
    let mut body = vec![name.len() as u8];
    body.extend_from_slice(name);
    body.extend_from_slice(content);
    file.push(0);
    let length = body.len();
    file.extend([(length & 0x7f) as u8 | 0x80, (length >> 7 & 0x7f) as u8 | 0x80, (length >> 14) as u8]);
    file.extend(body);
}
