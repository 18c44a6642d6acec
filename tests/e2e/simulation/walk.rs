//! The walk: which step comes next, as the dice say, and the end, when everything heals and
//! nothing may be left over.

use super::calls::{Call, Request, What, poll};
use super::world::{End, World};
use host_core::port::{Clock, StoreError};
use host_engine::Error;
use std::sync::atomic::Ordering::SeqCst;

/// Calls that run at a time, at most.
const RUNNING: usize = 12;
/// Lines of a tenant that are worked on: the newest ones.
const HOT: usize = 3;
/// Lines that a tenant has, at most, before they are deleted more often than sold.
const LINES: usize = 12;

impl World {
    /// Takes one step, and checks what it may have changed.
    pub fn step(&mut self) {
        match self.dice.roll(1_000) {
            0..160 if self.process().calls.len() < RUNNING => self.begin(),
            160..440 => self.go_on(),
            440..540 => self.write(),
            540..550 => self.flush_in_vain(),
            550..556 => self.switch(),
            556..566 => self.operate(),
            566..640 => self.pass(),
            640..710 => self.tick(),
            710..830 => self.play(),
            830..900 => {
                let (process, dice, tenants, _) = self.parts();
                process.channels.step(dice, &*process.store, tenants);
            }
            900..925 => {
                let (process, dice, tenants, copies) = self.parts();
                process.drops.touch(dice, tenants, copies);
            }
            925..975 => self.watch_folders(),
            975..985 => {
                let fails = !self.process().effects.fails.fetch_xor(true, SeqCst);
                self.trace.note(format!("effects fail: {fails}"));
            }
            985..990 => self.hang_up(),
            990..994 => {
                let end = [End::InOrder, End::Killed, End::KilledWriting][self.dice.roll(3)];
                self.lose(end);
            }
            _ => {}
        }
        self.check_seats();
        self.check_suspensions();
        let now = self.clock.ms();
        self.process().channels.check(now);
    }

    fn begin(&mut self) {
        let request = if self.dice.one_in(6) && !self.book.sent.is_empty() {
            self.dice.pick(&self.book.sent).cloned().unwrap()
        } else {
            self.request()
        };
        self.send(request);
    }

    fn send(&mut self, request: Request) {
        self.begun += 1;
        self.trace.note(format!("call {} begins: {request:?}", self.begun));
        self.book.begun(&request);
        let (engine, premises) = (self.process().engine.clone(), self.tenants[request.tenant].clone());
        let call = Call::new(self.begun, request, engine, premises, self.trace.clone());
        self.process().calls.push(call);
    }

    fn request(&mut self) -> Request {
        let tenant = self.dice.roll(self.tenants.len());
        let text = format!("walk-{}", self.begun + 1);
        let line = self.a_line(tenant);
        let crowd = self.book.lines.keys().filter(|(of, _)| *of == tenant).count();
        let (by, what) = match (self.dice.roll(16), line) {
            (0..5, _) | (_, None) => (1 + self.dice.roll(3), What::Sell { name: text, trial: self.dice.one_in(5) }),
            (5 | 6, _) => {
                let (by, user) = [(0, 1), (0, 2), (0, 3), (1, 3)][self.dice.roll(4)];
                let sign = if self.dice.one_in(3) { "-" } else { "" };
                let amount = format!("{sign}{}.25", self.dice.roll(12));
                (by, What::Adjust { user: self.tenants[tenant].user(user), amount, note: text })
            }
            (7, _) => (0, What::Sources { stream: self.dice.roll(3), text }),
            (8..11, Some((line, owner))) => (owner, What::Note { line, text }),
            (11 | 12, Some((line, _))) => (0, What::Limit { line, seats: 1 + self.dice.roll(3) as u32, text }),
            (13, Some((line, owner))) => (owner, What::Extend { line }),
            (14, Some((line, owner))) => (if owner == 2 { 1 } else { 2 }, What::Trespass { line }),
            (_, Some((line, owner))) if crowd > LINES || self.dice.one_in(3) => (owner, What::Delete { line }),
            (_, Some((line, owner))) => (owner, What::Note { line, text }),
        };
        let keyed =
            matches!(what, What::Sell { .. } | What::Adjust { .. } | What::Extend { .. }) && self.dice.one_in(2);
        let key = keyed.then(|| format!("key-{}", self.begun + 1));
        let request = Request { tenant, by, what, key, pauses: self.dice.roll(3) };
        if keyed {
            self.book.sent.push(request.clone());
        }
        request
    }

    /// A line that was seen, and which caller owns it.
    fn a_line(&mut self, tenant: usize) -> Option<(u32, usize)> {
        let owned = self.owned(tenant);
        // Few lines, so that callers meet.
        self.dice.pick(&owned[owned.len().saturating_sub(HOT)..]).copied()
    }

    fn go_on(&mut self) {
        let count = self.process().calls.len();
        if count == 0 {
            return;
        }
        let at = self.dice.roll(count);
        self.poll_call(at);
    }

    pub fn poll_call(&mut self, at: usize) {
        let Some(answer) = poll(&mut self.process().calls[at].answer) else { return };
        let call = self.process().calls.remove(at);
        match answer {
            Ok(reply) => {
                let told = String::from_utf8(reply.clone()).unwrap();
                self.trace.note(format!("call {} is done: {told}", call.number));
                let trespass = matches!(call.request.what, What::Trespass { .. });
                assert!(!trespass, "call {} edited a line of somebody else", call.number);
                self.book.done(&call.request, &reply);
            }
            Err(Error::Refusal(refusal)) => {
                let code = refusal.code.as_str();
                self.trace.note(format!("call {} is refused: {code}", call.number));
                let known = ["insufficient_credits", "conflict", "not_found", "no_trials", "idempotency_busy"];
                assert!(known.contains(&code), "call {} is refused: {refusal:?}", call.number);
                self.book.refused(&call.request);
            }
            Err(Error::Store(StoreError::Busy)) => {
                self.trace.note(format!("call {} finds the writer busy", call.number));
                self.book.refused(&call.request);
            }
            Err(Error::Store(StoreError::Failed(_))) if self.in_vain => {
                self.trace.note(format!("nothing was done of call {}", call.number));
                self.book.refused(&call.request);
            }
            Err(Error::Store(StoreError::Unknown(_))) if self.in_vain => {
                self.trace.note(format!("nobody knows of call {}", call.number));
                self.doubt(call.request);
            }
            Err(error) => panic!("call {} fails: {error}", call.number),
        }
        self.check();
    }

    pub fn write(&mut self) {
        let (now, before) = (self.clock.monotonic(), self.process().writers.answered());
        self.process().writers.step(now);
        let answered = self.process().writers.answered() - before;
        if answered > 0 {
            self.trace.note(format!("the writer answers {answered}"));
            self.check();
        }
        self.end_doubts();
    }

    fn pass(&mut self) {
        let ms = match self.dice.roll(40) {
            0..20 => self.dice.roll(300),
            20..37 => self.dice.roll(4_000),
            37 | 38 => self.dice.roll(40_000),
            _ if self.dice.one_in(3) => 3_000_000,
            _ => 70_000,
        };
        let clock = self.clock.clone();
        self.process().channels.pass(&clock, ms as u64);
    }

    /// The scheduler and the outbox: one step of the engine, a turn at a time.
    fn tick(&mut self) {
        let (ms, now) = (self.clock.ms(), self.clock.now());
        let process = self.process();
        let engine = process.engine.clone();
        let begin = || (ms, Box::pin(async move { engine.step(now).await }) as _);
        let (of, stepping) = process.stepping.get_or_insert_with(begin);
        let of = *of;
        let Some(outcome) = poll(stepping) else { return };
        process.stepping = None;
        self.trace.note(format!("a step of the engine ends: {}", outcome.is_ok()));
        match outcome {
            Ok(()) => self.check_terms(of),
            // It is repeated.
            Err(Error::Store(StoreError::Busy | StoreError::Failed(_) | StoreError::Unknown(_))) => {}
            Err(error) => panic!("a step of the engine fails: {error}"),
        }
    }

    fn play(&mut self) {
        let tenant = self.dice.roll(self.tenants.len());
        let known: Vec<_> = self.book.lines.iter().filter(|((of, _), _)| *of == tenant).collect();
        let recent = &known[known.len().saturating_sub(HOT + 1)..];
        let Some(((_, line), name)) = self.dice.pick(recent).map(|(key, name)| (**key, (*name).clone())) else {
            return;
        };
        let is_suspended = self.suspensions[tenant].is_on;
        let (process, dice, tenants, _) = self.parts();
        process.players.step(dice, &process.engine, &tenants[tenant], tenant, (line, &name), is_suspended);
    }

    /// A player comes to each of the newest lines: they get in exactly as long as the tenant answers.
    pub fn come(&mut self, tenant: usize) {
        let known = self.book.lines.range((tenant, 0)..=(tenant, u32::MAX)).rev().take(HOT);
        let lines: Vec<_> = known.map(|((_, line), name)| (*line, name.clone())).collect();
        let is_suspended = self.suspensions[tenant].is_on;
        let (process, _, tenants, _) = self.parts();
        for (line, name) in lines {
            process.players.start(&process.engine, &tenants[tenant], tenant, (line, &name), 0, is_suspended);
        }
        self.check_seats();
    }

    fn watch_folders(&mut self) {
        let (looks, is_nudged) = (self.dice.one_in(2), self.dice.one_in(3));
        let drops = &mut self.process().drops;
        if looks {
            drops.look(is_nudged);
        } else if !drops.is_idle() {
            self.take_in();
            if self.process().drops.is_working() && self.dice.one_in(5) {
                self.flush_in_vain();
            }
        }
    }

    /// A caller goes away before it has an answer.
    fn hang_up(&mut self) {
        let count = self.process().calls.len();
        if count == 0 {
            return;
        }
        let at = self.dice.roll(count);
        let call = self.process().calls.remove(at);
        self.trace.note(format!("nobody waits for call {} any more", call.number));
        self.book.lost(&call.request);
        drop(call);
        let counted = self.check();
        self.settle(&counted);
    }

    /// Everything heals; what was promised is there, and nothing else is left.
    pub fn end(&mut self) {
        self.trace.note("the end");
        self.process().effects.fails.store(false, SeqCst);
        self.process().channels.origins.all_up();
        self.end_calls();
        self.end_suspensions();
        self.end_drops();
        self.end_plugins();
        self.process().players.end();
        let clock = self.clock.clone();
        self.process().channels.end(&clock);
        self.end_effects();
        assert_eq!(self.process().engine.seats().total(), 0, "nobody plays");
        self.check_performed();
        let counted = self.check();
        self.trace.note(format!("{counted:?}"));
    }
}
