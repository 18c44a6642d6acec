//! Players that take, hold, and leave the seats of lines.

use super::calls::at_once;
use super::chance::Dice;
use super::ground::{PASSWORD, Premises};
use super::trace::Trace;
use host_core::line::{Output, Visit};
use host_core::secret::Secret;
use host_core::{LineId, StreamId};
use host_engine::{Engine, Error, Seat, SignInFrom};
use std::net::IpAddr;
use std::sync::Arc;

/// Who plays: each has an address and a name of its own.
const AGENTS: [&str; 5] = ["vlc", "kodi", "tivi", "smarters", "ffplay"];

fn address(player: usize) -> IpAddr {
    IpAddr::from([10, 0, 0, player as u8 + 1])
}

struct Playing {
    seat: Seat,
    tenant: usize,
    line: u32,
    player: usize,
}

/// The seats that are held in one process.
pub struct Players {
    playing: Vec<Playing>,
    trace: Arc<Trace>,
}

impl Players {
    pub fn new(trace: Arc<Trace>) -> Players {
        Players { playing: Vec::new(), trace }
    }

    /// One step: somebody starts, goes on, stops, or is thrown out. `line` is one that was sold.
    pub fn step(
        &mut self,
        dice: &mut Dice,
        engine: &Arc<Engine>,
        premises: &Premises,
        tenant: usize,
        line: (u32, &str),
        is_suspended: bool,
    ) {
        match dice.roll(8) {
            0..4 => {
                let player = dice.roll(AGENTS.len());
                self.start(engine, premises, tenant, line, player, is_suspended);
            }
            4 | 5 => self.go_on(dice),
            6 => self.stop(dice),
            _ if dice.one_in(3) => {
                let ended = at_once(engine.seats().kill(premises.id, LineId(line.0))).unwrap();
                self.trace.note(format!("{ended} connections of {}/{} are killed", premises.name, line.0));
            }
            _ => self.go_on(dice),
        }
    }

    /// Somebody starts: they get in, or hear why not.
    pub fn start(
        &mut self,
        engine: &Arc<Engine>,
        premises: &Premises,
        tenant: usize,
        line: (u32, &str),
        player: usize,
        is_suspended: bool,
    ) {
        let own = |engine: &Engine| {
            let running = at_once(engine.seats().connections(premises.id, Some(LineId(line.0)))).unwrap();
            running.iter().filter(|connection| connection.lease.address == address(player)).count()
        };
        let before = own(engine);
        let outcome = at_once(started(engine, premises, line.1, player));
        let told = match outcome {
            Ok(seat) => {
                assert!(!is_suspended, "a start gets a seat in {}, which is suspended", premises.name);
                let held = at_once(seat.lease()).unwrap();
                assert_eq!(held.map(|lease| lease.line.0), Some(line.0), "a seat of another line");
                self.playing.push(Playing { seat, tenant, line: line.0, player });
                "yes".to_owned()
            }
            Err(Error::Refusal(refusal)) => {
                let code = refusal.code.as_str();
                assert!(code != "connection_limit" || before == 0, "player {player} does not get its own seat back");
                let known = ["connection_limit", "auth_failed", "expired", "rate_limited"];
                let is_closed = is_suspended && code == "unavailable";
                assert!(is_closed || known.contains(&code), "a start is refused: {refusal:?}");
                code.to_owned()
            }
            Err(error) => panic!("a start fails: {error}"),
        };
        self.trace.note(format!("player {player} starts {}/{}: {told}", premises.name, line.0));
    }

    fn go_on(&mut self, dice: &mut Dice) {
        if self.playing.is_empty() {
            return;
        }
        let playing = &self.playing[dice.roll(self.playing.len())];
        let (runs, ended) = (playing.seat.count(1_000), playing.seat.is_ended());
        assert_eq!(runs, playing.seat.is_ended().is_none(), "a seat runs on after its end");
        let who = format!("player {} on {}/{}", playing.player, playing.tenant, playing.line);
        self.trace.note(format!("{who} goes on: {runs} {ended:?}"));
    }

    fn stop(&mut self, dice: &mut Dice) {
        if self.playing.is_empty() {
            return;
        }
        let mut playing = self.playing.remove(dice.roll(self.playing.len()));
        let lingers = dice.one_in(3);
        if lingers {
            playing.seat.linger();
        }
        self.trace.note(format!(
            "player {} stops on {}/{}, lingers: {lingers}",
            playing.player, playing.tenant, playing.line
        ));
    }

    /// Everybody stops.
    pub fn end(&mut self) {
        self.playing.clear();
    }
}

async fn started(engine: &Arc<Engine>, premises: &Premises, username: &str, player: usize) -> Result<Seat, Error> {
    let agent = AGENTS[player];
    let from = SignInFrom {
        address: address(player),
        agent: agent.into(),
        surface: "player".into(),
        request: "walk".into(),
        query: Secret::default(),
        code: Secret::default(),
    };
    let signed = engine.sign_in_line(premises.id, username, &Secret::new(PASSWORD), &from).await?;
    let visit = Visit { address: from.address, agent, isp: None, country: None, output: Some(Output::Ts) };
    let stream = StreamId(premises.streams[0]);
    engine.admit(&signed.line, premises.id, stream, engine.seats().fresh_session(), &visit).await
}
