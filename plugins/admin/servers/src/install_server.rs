//! Says what to type on a new machine.

use crate::parameters::InstallServer;
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, reply};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
pub(crate) struct Install {
    pub(crate) command: String,
    pub(crate) note: &'static str,
}

pub(crate) fn install_server(_: Call<InstallServer>) -> Result<Reply, Refusal> {
    reply::data(&Install {
        command: "linecard serve --data /var/lib/linecard --listen 0.0.0.0:80".to_owned(),
        note: "Copy the program `linecard` onto the new machine and type this there. It is a panel of its own then: \
               servers that send the streams of this one do not exist yet.",
    })
}
