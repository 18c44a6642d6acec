//! The joint simulation: writer, scheduler, outbox, watcher, supervisor and seats, driven by one
//! seed on one thread, with a clock that only the walk moves. After every step the invariants
//! are worked out again. The same seed takes the same way, so that a failure can be run again:
//! `LINECARD_SEED=7 cargo test -p linecard-tests --test e2e simulation`.
//!
//! - what a walk is made of: `chance`, `trace`, `ground`, `gauge`, `plugin_files`, `origins`
//! - who acts in it: `calls`, `effects`, `players`, `channels`, `drops`
//! - the walk itself: `world`, `walk`, `ending`
//! - what must be true: `book`, `invariants`

mod book;
mod calls;
mod chance;
mod channels;
mod drops;
mod effects;
mod ending;
mod gauge;
mod ground;
mod invariants;
mod origins;
mod players;
mod plugin_files;
mod trace;
mod walk;
mod world;

use trace::Shown;
use world::World;

/// Steps of a walk.
const STEPS: usize = 800;
/// Walks of every run; the first ones are taken twice.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;
const TWICE: u64 = 3;

/// Takes a walk to its end and answers what happened, line by line.
fn walk(seed: u64) -> Vec<String> {
    let mut world = World::new(seed);
    let _shown = Shown(world.trace.clone());
    for _ in 0..STEPS {
        world.step();
    }
    world.end();
    world.verify();
    world.trace.lines()
}

#[test]
fn whatever_happens_in_which_order_what_was_promised_is_kept() {
    if let Ok(seed) = std::env::var("LINECARD_SEED") {
        let events = walk(seed.parse().expect("LINECARD_SEED is a number"));
        println!("{}", events.join("\n"));
        return;
    }
    let _ground = ground::ground();
    for seed in SEEDS {
        walk(seed);
    }
}

#[test]
fn the_same_seed_takes_the_same_way() {
    let _ground = ground::ground();
    for seed in 1..=TWICE {
        let (one, other) = (walk(seed), walk(seed));
        let parting = one.iter().zip(&other).position(|(one, other)| one != other);
        if let Some(at) = parting {
            panic!("seed {seed} parts at event {at}:\n{}\n{}", one[at], other[at]);
        }
        assert_eq!(one.len(), other.len(), "seed {seed}");
    }
}
