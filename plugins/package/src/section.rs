//! Sections of a WebAssembly file (core specification 5.5.2; a component has the same form).

/// The id of custom sections.
const CUSTOM: u8 = 0;

/// A section.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    /// The name of a custom section.
    pub name: Option<&'a str>,
    /// What it holds; of a custom section without its name.
    pub content: &'a [u8],
    /// Where the next one begins.
    pub end: usize,
}

/// The section that begins at `at`; none where the file ends within it.
pub fn at(bytes: &[u8], at: usize) -> Option<Section<'_>> {
    let id = *bytes.get(at)?;
    let (size, begin) = leb(bytes, at + 1)?;
    let end = begin.checked_add(size)?;
    let content = bytes.get(begin..end)?;
    if id != CUSTOM {
        return Some(Section { name: None, content, end });
    }
    let (length, name_begin) = leb(content, 0)?;
    let name = content.get(name_begin..name_begin.checked_add(length)?)?;
    let content = content.get(name_begin + length..)?;
    Some(Section { name: std::str::from_utf8(name).ok(), content, end })
}

/// Appends a custom section to a module or a component.
pub fn append(bytes: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut payload = written(name.len());
    payload.extend_from_slice(name.as_bytes());
    payload.extend_from_slice(content);
    bytes.push(CUSTOM);
    bytes.extend(written(payload.len()));
    bytes.extend(payload);
}

/// An unsigned LEB128 of at most 32 bits, and where it ends.
fn leb(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(at)?;
        at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((u32::try_from(value).ok()? as usize, at));
        }
    }
    None
}

/// A number as an unsigned LEB128.
fn written(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_read_as_it_was_written_and_not_when_it_is_cut() {
        for length in [0, 1, 127, 128, 20_000] {
            let mut bytes = vec![7; 3];
            append(&mut bytes, "name", &vec![1; length]);
            let section = at(&bytes, 3).unwrap();
            assert_eq!((section.name, section.content.len(), section.end), (Some("name"), length, bytes.len()));
            assert!(at(&bytes[..bytes.len() - 1], 3).is_none());
        }
        assert!(at(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0).is_none());
    }
}
