//! User names and passwords of lines: chosen within the rules, or generated.

use crate::sign_in::line_mac;
use crate::{Result, Work};
use host_core::group::Group;
use host_core::line::Line;
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::unique::Unique;
use host_core::{LineId, Refusal, name};

/// Characters of generated names and passwords: 60 bits.
const GENERATED: usize = 12;

/// A free user name: the chosen one, or a generated one.
pub(super) async fn username(work: &mut Work, chosen: Option<String>, group: Option<&Group>) -> Result<String> {
    let min = group.map_or(1, |group| group.min_username);
    let Some(chosen) = chosen else {
        loop {
            let text = work.random_text(GENERATED.max(usize::from(min)));
            if work.claim(Unique::LineUsername(text.clone())).await? {
                return Ok(text);
            }
        }
    };
    name::username(&chosen, min)?;
    if !work.claim(Unique::LineUsername(chosen.clone())).await? {
        return Err(Refusal::field(Code::UsernameTaken, "username", "This user name is taken; choose another.").into());
    }
    Ok(chosen)
}

/// A password: the chosen one, or a generated one.
pub(super) fn password(work: &mut Work, chosen: Option<String>, group: Option<&Group>) -> Result<Secret> {
    let min = group.map_or(1, |group| group.min_password);
    let Some(chosen) = chosen else {
        return Ok(Secret::new(work.random_text(GENERATED.max(usize::from(min)))));
    };
    name::line_password(&chosen, min)?;
    Ok(Secret::new(chosen))
}

/// Puts a password into a line: sealed to be read again, digested to be compared.
pub(super) fn set_password(work: &Work, id: LineId, line: &mut Line, password: &Secret) {
    let (tenant, keyring) = (work.caller().tenant, work.engine().keyring());
    line.password = keyring.seal(tenant, id, password);
    line.password_mac = line_mac(keyring, tenant, id, password);
}
