//! Text in addresses.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one path segment or one query value: everything but letters, digits and `-._~` is
/// percent-encoded.
pub fn part(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn what_has_a_meaning_in_addresses_is_encoded() {
        assert_eq!(part("guest-1_a.b~c"), "guest-1_a.b~c");
        assert_eq!(part("a@b+c !/?#%&\"ä"), "a%40b%2Bc%20%21%2F%3F%23%25%26%22%C3%A4");
    }
}
