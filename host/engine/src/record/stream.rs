//! The bouquets that get a stream at their end: sent with the stream, kept with the bouquets, and shown there.

use crate::overlay::Edit;
use crate::{Result, Work};
use host_core::bouquet::{Bouquet, Member};
use host_core::object::Kind;
use host_core::refusal::Code;
use host_core::stream::{Stream, StreamKind};
use host_core::{BouquetId, Refusal};
use serde_json::{Map, Value};

/// The name of the field.
const FIELD: &str = "bouquets";

/// Takes the bouquets out of a document, checked: each is there.
pub(super) async fn take(work: &mut Work, document: &mut Map<String, Value>) -> Result<Vec<BouquetId>> {
    let Some(value) = document.remove(FIELD) else { return Ok(Vec::new()) };
    let bouquets: Vec<BouquetId> = serde_json::from_value(value)
        .map_err(|error| Refusal::field(Code::InvalidInput, FIELD, format!("{FIELD}: {error}")))?;
    for bouquet in &bouquets {
        if work.know::<Bouquet>(*bouquet).await?.is_none() {
            return Err(Refusal::not_found(Kind::Bouquet.as_str()).into());
        }
    }
    Ok(bouquets)
}

/// Puts a stream at the end of these; where it is already it stays.
pub(super) fn add(work: &mut Work, stream: &Stream, bouquets: &[BouquetId]) -> Result<(), Refusal> {
    if stream.kind == StreamKind::Episode && !bouquets.is_empty() {
        return Err(Refusal::field(Code::InvalidInput, FIELD, "An episode is in no bouquet; add its series."));
    }
    for bouquet in bouquets {
        work.edit_members(*bouquet, Edit::Add(vec![Member::Stream(stream.id)]));
    }
    Ok(())
}
