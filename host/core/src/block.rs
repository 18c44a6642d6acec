//! Block lists of a tenant: addresses, user agents and network operators that are turned away.

use crate::Refusal;
use crate::event::Effect;
use crate::plain::{Parts, PlainField, PlainKind, Stamp};
use crate::refusal::Code;
use ipnet::IpNet;
use serde_json::{Map, Value};
use std::net::IpAddr;

/// What an entry looks at.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Blocked {
    /// An address or network.
    Address(IpNet),
    /// A user agent that contains this text, case-insensitive.
    Agent(String),
    /// A network operator, by its name in the MaxMind database, case-insensitive.
    Isp(String),
}

/// The plain kind `block`: an entry of a block list.
pub const BLOCK: PlainKind = PlainKind {
    rule: keep_usual_form,
    effect: Some(Effect::CheckConnections),
    stamp: Some(("created_at", Stamp::Creation)),
    parts: Some(Parts {
        field: "kind",
        words: &[("blocked_address", "address"), ("blocked_agent", "agent"), ("blocked_isp", "isp")],
    }),
    ..PlainKind::new(
        "block",
        &[
            PlainField::text("kind").needed().one_of(&["address", "agent", "isp"]),
            PlainField::text("value").needed().searched().at_most(4_096),
            PlainField::text("note").searched().at_most(4_096),
            PlainField::date("created_at").set_by_host(),
        ],
    )
};

/// A network is kept as it is usually written; a text says something.
fn keep_usual_form(fields: &mut Map<String, Value>) -> Result<(), Refusal> {
    let malformed = || {
        let message = "A block is of kind address (a network), agent or isp (a text), with its value.";
        Refusal::field(Code::InvalidInput, "value", message)
    };
    if let Blocked::Address(network) = Blocked::of(fields).ok_or_else(malformed)? {
        fields.insert("value".into(), network.to_string().into());
    }
    Ok(())
}

impl Blocked {
    /// What an entry looks at, by what it says.
    pub fn of(fields: &Map<String, Value>) -> Option<Blocked> {
        let value = fields.get("value")?.as_str()?;
        match fields.get("kind")?.as_str()? {
            "address" => {
                let network = value.parse::<IpNet>().ok().or_else(|| value.parse::<IpAddr>().ok().map(IpNet::from));
                network.map(Blocked::Address)
            }
            "agent" => Some(Blocked::Agent(value.to_owned())),
            "isp" => Some(Blocked::Isp(value.to_owned())),
            _ => None,
        }
    }

    /// Whether a visitor meets this entry.
    pub fn hits(&self, address: IpAddr, agent: &str, isp: Option<&str>) -> bool {
        match self {
            Blocked::Address(net) => net.contains(&address),
            Blocked::Agent(text) => agent.to_lowercase().contains(&text.to_lowercase()),
            Blocked::Isp(name) => isp.is_some_and(|isp| isp.eq_ignore_ascii_case(name)),
        }
    }
}
