//! `wish`: a guest wishes for something. The same wish is made once.

use crate::parameters::Wish as Asked;
use crate::{WISHES, Wish};
use linecard_sdk::{Call, Refusal, Reply, base, lines, reply};

pub(crate) fn wish(call: Call<Asked>) -> Result<Reply, Refusal> {
    let room = lines::mine()?.line.username;
    let wish = Wish { room, text: call.parameters.text, state: "open".into(), at: base::now() };
    reply::held(WISHES.create(&wish)?)
}
