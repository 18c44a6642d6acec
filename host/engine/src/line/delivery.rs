//! What a line is delivered to, and by what it is known there: a box by its MAC address, a code by itself.

use crate::document::Options;
use crate::{Result, Work};
use host_core::kind::Kind;
use host_core::line::{DeliveryType, Line};
use host_core::mac_address::{MacAddress, NoMacAddress};
use host_core::refusal::Code;
use host_core::unique::Unique;
use host_core::{LineId, Refusal, name};

/// Characters of generated codes: 60 bits.
pub(super) const GENERATED: usize = 12;

/// The line with this id, if it is of the type that a verb is about: `line` is about all of them, the others about their
/// own. Another one is answered like one that is not there.
///
/// # Errors
/// `not_found`; `invalid_input` for a word that is no type.
pub async fn of_type(work: &mut Work, word: &str, id: u32) -> Result<LineId> {
    let (delivery, id) = (typed(word)?, LineId(id));
    if delivery != DeliveryType::Line && work.get::<Line>(id).await?.delivery != delivery {
        return Err(Refusal::not_found(Kind::Line.as_str()).into());
    }
    Ok(id)
}

/// The type with this word.
///
/// # Errors
/// `invalid_input`.
pub fn typed(word: &str) -> Result<DeliveryType> {
    let unknown = || Refusal::field(Code::InvalidInput, "delivery", "One of line, mag, enigma, code.");
    Ok(DeliveryType::of_word(word).ok_or_else(unknown)?)
}

/// Makes a new line one of its type.
pub(super) async fn begin(
    work: &mut Work,
    line: &mut Line,
    delivery: DeliveryType,
    options: &Options<'_>,
    length: usize,
) -> Result<()> {
    line.delivery = delivery;
    match delivery {
        DeliveryType::Line => {}
        DeliveryType::Mag | DeliveryType::Enigma => {
            if !options.has("mac") {
                return Err(invalid("A box is known by its MAC address; say it.").into());
            }
        }
        DeliveryType::Code => {
            if options.text("code")?.is_none() {
                line.code = Some(fresh_code(work, length).await?);
            }
        }
    }
    choose(work, line, options).await
}

/// Sets what a line is known by, of the options that are there.
pub(super) async fn choose(work: &mut Work, line: &mut Line, options: &Options<'_>) -> Result<()> {
    if let Some(mac) = options.text("mac")? {
        if !line.delivery.is_box() {
            return Err(invalid("Only a box has a MAC address.").into());
        }
        let mac: MacAddress = mac.parse().map_err(|wrong: NoMacAddress| invalid(format!("{wrong}.")))?;
        if line.mac != Some(mac) {
            claim_mac(work, mac).await?;
            line.mac = Some(mac);
        }
    } else if options.has("mac") && line.delivery.is_box() {
        return Err(invalid("A box is known by its MAC address; say another one, or convert it to a line.").into());
    }
    if let Some(code) = options.text("code")? {
        if line.delivery != DeliveryType::Code {
            return Err(Refusal::field(Code::InvalidCode, "code", "Only what was sold as a code has one.").into());
        }
        let code = name::activation_code(&code)?;
        if line.code.as_ref() != Some(&code) {
            if !work.claim(Unique::LineCode(code.clone())).await? {
                return Err(Refusal::field(Code::CodeTaken, "code", "This code is taken; choose another.").into());
            }
            line.code = Some(code);
        }
    }
    Ok(())
}

async fn claim_mac(work: &mut Work, mac: MacAddress) -> Result<()> {
    if !mac.is_of_one() {
        return Err(invalid(format!("{mac} is no address of a single box.")).into());
    }
    if !work.claim(Unique::LineMac(mac)).await? {
        return Err(Refusal::field(Code::MacTaken, "mac", "Another box has this MAC address.").into());
    }
    Ok(())
}

/// A code of so many characters that nobody has.
pub(super) async fn fresh_code(work: &mut Work, length: usize) -> Result<String> {
    loop {
        let code = work.random_text(length).to_ascii_uppercase();
        if work.claim(Unique::LineCode(code.clone())).await? {
            return Ok(code);
        }
    }
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    Refusal::field(Code::InvalidMac, "mac", message)
}
