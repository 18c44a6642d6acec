//! A seeded walk over the seats: starts, ends, pauses, kills and sweeps in any order, with the
//! invariants checked after every step. The same seed takes the same way.

use crate::panel::Panel;
use host_core::line::SeatLimit;
use host_core::settings::{ConnectionPolicy, SamePlayer};
use host_core::time::Expiry;
use host_core::{LineId, StreamId};
use host_engine::connection::{Coming, SeatRequest};
use host_engine::{Seat, SessionKey};

/// A small generator of numbers (xorshift).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

const LIMITS: [u32; 3] = [1, 2, 3];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_in_which_order_no_line_has_one_seat_too_many() {
    let panel = Panel::new().await;
    for seed in 1..=20 {
        walk(&panel, seed).await;
    }
}

async fn walk(panel: &Panel, seed: u64) {
    let (seats, mut dice) = (panel.engine.seats(), Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    let mut held: Vec<Seat> = Vec::new();
    for step in 0..1_000 {
        let line = dice.roll(3);
        let id = LineId(u32::try_from(100 + line).unwrap());
        match dice.roll(10) {
            0..4 => held.extend(seats.acquire(start(panel, id, line, &mut dice)).await.ok()),
            4 | 5 if !held.is_empty() => {
                let at = usize::try_from(dice.roll(held.len() as u64)).unwrap();
                let mut seat = held.swap_remove(at);
                if dice.roll(2) == 0 {
                    seat.linger();
                }
            }
            6 => held.iter().for_each(|seat| assert_eq!(seat.renew(), seat.is_ended().is_none())),
            7 => panel.clock.pass(i64::try_from(dice.roll(20)).unwrap()),
            8 if dice.roll(4) == 0 => {
                seats.kill(panel.tenant, id).await.unwrap();
            }
            _ => {
                seats.sweep(panel.engine.clock().now()).await.unwrap();
                let live = seats.connections(panel.tenant, None).await.unwrap();
                assert_eq!(panel.mirror.load().len(), live.len(), "seed {seed}, step {step}: the mirror");
            }
        }
        for (line, limit) in LIMITS.into_iter().enumerate() {
            let id = LineId(u32::try_from(100 + line).unwrap());
            let taken = seats.count(panel.tenant, id).await.unwrap();
            assert!(taken <= limit, "seed {seed}, step {step}: line {id} has {taken} of {limit}");
        }
        held.retain(|seat| seat.is_ended().is_none() || dice.roll(2) == 0);
    }
    for id in 100..103 {
        seats.kill(panel.tenant, LineId(id)).await.unwrap();
    }
    assert!(held.iter().all(|seat| seat.is_ended().is_some()), "seed {seed}: a kill reaches every handle");
    assert!(panel.mirror.load().is_empty(), "seed {seed}: nothing stays in the mirror");
}

fn start<'a>(panel: &Panel, id: LineId, line: u64, dice: &mut Dice) -> SeatRequest<'a> {
    let limit = LIMITS[usize::try_from(line).unwrap()];
    let session = match dice.roll(3) {
        0 => SessionKey(dice.roll(4)),
        _ => panel.engine.seats().fresh_session(),
    };
    let policy = if dice.roll(2) == 0 { ConnectionPolicy::Refuse } else { ConnectionPolicy::EndOldest };
    SeatRequest {
        tenant: panel.tenant,
        line: id,
        owner: panel.reseller_id(),
        stream: StreamId(1),
        session,
        coming: if dice.roll(4) == 0 { Coming::Return } else { Coming::Start },
        agent_hash: dice.roll(2),
        agent: "walker",
        address: std::net::IpAddr::from([10, 0, 0, u8::try_from(dice.roll(3)).unwrap()]),
        output: None,
        credentials: None,
        limit: SeatLimit::from(limit),
        expiry: Expiry::Never,
        policy,
        same_player: if dice.roll(4) == 0 { SamePlayer::Refuse } else { SamePlayer::TakeOver },
    }
}
