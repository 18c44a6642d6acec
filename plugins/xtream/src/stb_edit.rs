//! `stb/edit`: changes the line behind a MAG box. Where nothing is different, and where there is no such box, the answer
//! is no without a reason.

use crate::columns::Columns;
use crate::parameters::StbEdit;
use linecard_sdk::lines::{self, By, LineView};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn stb_edit(call: Call<StbEdit>) -> Result<Reply, Refusal> {
    let StbEdit { mac, user_data } = call.parameters;
    let unchanged = || Refusal::new("unchanged", "Nothing is different from before.");
    let found = lines::find("mag", By::Mac { mac: &mac });
    let found = found.map_err(|refusal| if refusal.code == "not_found" { unchanged() } else { refusal })?;
    let before = LineView { seen: None, ..found.read()? };
    let after = Columns::from(user_data).edit(before.id)?.read()?;
    if after == before { Err(unchanged()) } else { reply::done() }
}
