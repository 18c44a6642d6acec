//! Addresses from which RTMP is pushed and pulled, each with the password that it shows. They bite once there is an RTMP
//! door; until then no port for it is announced.

use crate::Refusal;
use crate::plain::{PlainField, PlainKind};
use crate::refusal::Code;
use serde_json::{Map, Value};

/// Characters of a generated password: 80 bits.
const GENERATED: u8 = 16;

/// The plain kind `rtmp_address`.
pub const RTMP_ADDRESS: PlainKind = PlainKind {
    rule: is_one_address,
    unique: &["address"],
    ..PlainKind::new(
        "rtmp_address",
        &[
            PlainField::text("address").needed().searched().at_most(64),
            PlainField::text("password").secret().generated(GENERATED).at_most(128),
            PlainField::flag("push"),
            PlainField::flag("pull"),
            PlainField::text("note").searched().at_most(4_096),
        ],
    )
};

/// It is one address in its usual form: a password that a whole network shares says little.
fn is_one_address(fields: &mut Map<String, Value>) -> Result<(), Refusal> {
    let address = fields.get("address").and_then(Value::as_str).unwrap_or_default().parse::<std::net::IpAddr>();
    let malformed = |_| Refusal::field(Code::InvalidInput, "address", "address is one IPv4 or IPv6 address.");
    let usual = address.map_err(malformed)?.to_canonical().to_string();
    fields.insert("address".to_owned(), usual.into());
    Ok(())
}
