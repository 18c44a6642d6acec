//! MAC addresses of boxes: what a device signs in with.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

/// A MAC address, as six octets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddress(pub [u8; 6]);

/// A text is no MAC address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a MAC address is six pairs of hexadecimal digits, as 00:1A:79:00:00:01")]
pub struct NoMacAddress;

impl MacAddress {
    /// Whether one interface alone can have it: neither nobody's nor a group's.
    pub fn is_of_one(self) -> bool {
        self.0 != [0; 6] && self.0[0] & 1 == 0
    }
}

/// `00:1A:79:00:00:01`.
impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02X}:{b:02X}:{c:02X}:{d:02X}:{e:02X}:{g:02X}")
    }
}

impl fmt::Debug for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Six pairs of digits in any case, with `:`, `-` or nothing between them.
impl FromStr for MacAddress {
    type Err = NoMacAddress;

    fn from_str(text: &str) -> Result<MacAddress, NoMacAddress> {
        let text = text.trim();
        let digits: String = match text.len() {
            17 => {
                let is_between = |(at, byte): (usize, u8)| at % 3 != 2 || byte == b':' || byte == b'-';
                if !text.bytes().enumerate().all(is_between) {
                    return Err(NoMacAddress);
                }
                text.split([':', '-']).collect()
            }
            12 => text.to_owned(),
            _ => return Err(NoMacAddress),
        };
        let number =
            u64::from_str_radix(&digits, 16).ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let [_, _, octets @ ..] = number.filter(|_| digits.len() == 12).ok_or(NoMacAddress)?.to_be_bytes();
        Ok(MacAddress(octets))
    }
}

impl Serialize for MacAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MacAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MacAddress, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_each_form_and_written_in_one() {
        for text in ["00:1a:79:0B:c0:01", "00-1A-79-0B-C0-01", "001a790bc001", " 00:1A:79:0B:C0:01 "] {
            assert_eq!(text.parse::<MacAddress>().map(|mac| mac.to_string()), Ok("00:1A:79:0B:C0:01".into()), "{text}");
        }
        let wrong = [
            "",
            "00:1A:79",
            "00:1A:79:0B:C0:0G",
            "00:1A:79:0B:C0:01:02",
            "001A790BC0:01",
            "00:1A:79:0B:C00:1",
            "00.1A.79.0B.C0.01",
        ];
        for text in wrong {
            assert_eq!(text.parse::<MacAddress>(), Err(NoMacAddress), "{text}");
        }
    }

    #[test]
    fn groups_and_nobody_have_no_box() {
        for (text, is_of_one) in [
            ("00:1A:79:00:00:01", true),
            ("00:00:00:00:00:00", false),
            ("FF:FF:FF:FF:FF:FF", false),
            ("01:00:5E:00:00:01", false),
        ] {
            assert_eq!(text.parse::<MacAddress>().unwrap().is_of_one(), is_of_one, "{text}");
        }
    }
}
