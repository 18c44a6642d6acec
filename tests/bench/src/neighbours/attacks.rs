//! The attacks. Each is bounded: so many clients, and they end with the turn.

use super::attack::Attack;
use super::place::Place;
use crate::load::Ask;
use std::time::Duration;

/// Rows that a list may leave out at most; more is refused at once, which costs the panel nothing.
const START: u32 = 10_000;
/// After each piece that a download reads: some hundred megabits a second for each client.
const PAUSE: Duration = Duration::from_millis(10);

/// All of them.
pub(super) fn all(place: &Place) -> Vec<Attack> {
    let address = place.server.address;
    let attack = |name, clients, asks, pause| Attack { name, address, clients, asks, pause, is_aside: false };
    let aside = |attack| Attack { is_aside: true, ..attack };
    let at_once = Duration::ZERO;
    let plugin = |name: &str| vec![place.of_the_attacked(&format!("/x/{name}/go"))];
    let list = |more: &str| place.page(&format!("limit=1000&{more}"));
    let pages = vec![list(&format!("start={START}")), list("search=nobody-is-named-like-this")];
    vec![
        aside(attack("2 endless calls", 2, plugin("endless"), at_once)),
        aside(attack("64 endless calls", 64, plugin("endless"), at_once)),
        attack("64 calls that loop up to their limit", 64, plugin("looping"), at_once),
        attack("8 calls that fill their memory", 8, plugin("eating"), at_once),
        attack("6 list pages of 100,000 lines", 6, pages, at_once),
        attack("8 downloads of a guide", 8, vec![place.guide()], PAUSE),
        aside(attack("500 idle sockets", 500, Vec::<Ask>::new(), at_once)),
    ]
}
