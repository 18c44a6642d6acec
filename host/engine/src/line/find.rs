//! Finds a line by what its customer knows it by: a user name, with or without its password, or the address of a box.

use crate::sign_in::line_mac;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::kind::Kind;
use host_core::line::Line;
use host_core::mac_address::{MacAddress, NoMacAddress};
use host_core::refusal::Code;
use host_core::secret::{Mac, Secret};
use host_core::unique::Unique;
use host_core::{LineId, Refusal};
use serde_json::{Map, Value};

/// The line in the caller's scope that is named `by` a `username`, with its `password` where one is there, or by a `mac`.
///
/// # Errors
/// `not_found`, alike for a name that is nobody's, for another password and for a line outside of the scope;
/// `invalid_mac`; `invalid_input` where neither is named, or something else.
pub async fn find(work: &mut Work, by: &Map<String, Value>) -> Result<LineId> {
    work.require(CallerRole::Reseller)?;
    let text = |name: &str| by.get(name).and_then(Value::as_str);
    let (name, password) = (text("username"), text("password"));
    let unique = match (name, text("mac"), by.len()) {
        (Some(name), None, len) if len == 1 + usize::from(password.is_some()) => Unique::LineUsername(name.to_owned()),
        (None, Some(mac), 1) => Unique::LineMac(address(mac)?),
        _ => {
            return Err(Refusal::field(Code::InvalidInput, "by", "Say username, username and password, or mac.").into());
        }
    };
    let found: Option<Line> = work.find(unique).await?;
    // As much work for a name that is nobody's, so that the time of the answer tells nothing of others' lines.
    let fits = password.is_none_or(|password| {
        let (id, kept) = found.as_ref().map_or((LineId(0), Mac::default()), |line| (line.id, line.password_mac));
        line_mac(work.engine().keyring(), work.caller().tenant, id, &Secret::new(password)) == kept
    });
    let Some(line) = found.filter(|_| fits) else { return Err(Refusal::not_found(Kind::Line.as_str()).into()) };
    Ok(work.get::<Line>(line.id).await?.id)
}

fn address(mac: &str) -> Result<MacAddress, Refusal> {
    mac.parse().map_err(|wrong: NoMacAddress| Refusal::field(Code::InvalidMac, "mac", format!("{wrong}.")))
}
