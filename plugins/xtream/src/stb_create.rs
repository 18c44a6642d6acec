//! `stb/create`: a new MAG box with its line.

use crate::columns::Columns;
use crate::parameters::StbCreate;
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn stb_create(call: Call<StbCreate>) -> Result<Reply, Refusal> {
    let columns = Columns::from(call.parameters.user_data);
    if columns.mac.is_none() {
        return Err(Refusal::field("no_mac", "user_data[mac]", "user_data[mac] is missing; send it."));
    }
    reply::held(columns.create("mag")?)
}
