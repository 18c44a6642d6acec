//! The walk's own book: what callers were promised, and what may have become of what they were not told. It never looks
//! inside the panel.

use super::calls::{Request, What};
use std::collections::{BTreeMap, BTreeSet};

/// Something that requests make true, by the tenant's place. Each is counted in the database.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fact {
    /// A line of this name was sold, once.
    Sold(usize, String),
    /// A line changed.
    Edited(usize, u32),
    /// A line was paid for, beyond its sale.
    Extended(usize, u32),
    /// A line is gone.
    Gone(usize, u32),
    /// Credits moved under this note, once.
    Moved(usize, String),
    /// A stream got other sources.
    Resourced(usize, u32),
}

/// How often a fact is true: what callers know, and what nobody told them.
#[derive(Clone, Copy, Default, Debug)]
pub struct Tally {
    pub sure: u32,
    pub maybe: u32,
}

/// A request under a key: it counts once, however often it is sent.
#[derive(Default)]
struct Keyed {
    running: u32,
    /// A call with it ended without an answer.
    is_lost: bool,
    reply: Option<Vec<u8>>,
    is_settled: bool,
}

/// Whose key: tenant, caller, key.
type Key = (usize, usize, String);

#[derive(Default)]
pub struct Book {
    facts: BTreeMap<Fact, Tally>,
    keyed: BTreeMap<Key, Keyed>,
    /// Requests under a key, to be sent again.
    pub sent: Vec<Request>,
    /// Lines that were seen, by tenant and id: the name each was sold under.
    pub lines: BTreeMap<(usize, u32), String>,
}

impl Book {
    pub fn tally(&self, fact: &Fact) -> Tally {
        self.facts.get(fact).copied().unwrap_or_default()
    }

    pub fn facts(&self) -> impl Iterator<Item = (&Fact, &Tally)> {
        self.facts.iter()
    }

    /// A request goes out.
    pub fn begun(&mut self, request: &Request) {
        if let Some(key) = key_of(request) {
            let keyed = self.keyed.entry(key).or_default();
            keyed.running += 1;
            if keyed.running > 1 || keyed.is_lost || keyed.is_settled {
                return;
            }
        }
        for fact in facts_of(request) {
            self.facts.entry(fact).or_default().maybe += 1;
        }
    }

    /// The caller heard yes.
    pub fn done(&mut self, request: &Request, reply: &[u8]) {
        if let Some(key) = key_of(request) {
            let keyed = self.keyed.entry(key).or_default();
            keyed.running -= 1;
            let first = keyed.reply.get_or_insert_with(|| reply.to_vec());
            assert_eq!(first, reply, "a repeat under a key got another answer: {request:?}");
            if std::mem::replace(&mut keyed.is_settled, true) {
                return;
            }
        }
        for fact in facts_of(request) {
            let tally = self.facts.entry(fact).or_default();
            (tally.sure, tally.maybe) = (tally.sure + 1, tally.maybe - 1);
        }
    }

    /// The caller heard no: nothing of it may be there, now or later.
    pub fn refused(&mut self, request: &Request) {
        if let Some(key) = key_of(request) {
            let keyed = self.keyed.entry(key).or_default();
            keyed.running -= 1;
            if keyed.running > 0 || keyed.is_lost || keyed.is_settled {
                return;
            }
        }
        for fact in facts_of(request) {
            self.facts.entry(fact).or_default().maybe -= 1;
        }
    }

    /// Nobody heard anything, and nobody will.
    pub fn lost(&mut self, request: &Request) {
        if let Some(key) = key_of(request) {
            let keyed = self.keyed.entry(key).or_default();
            (keyed.running, keyed.is_lost) = (keyed.running - 1, true);
        }
    }

    /// What may be true of these facts is settled by what is there: no call is under way that
    /// could still change it.
    pub fn settle(&mut self, counted: &BTreeMap<Fact, u32>, running: &BTreeSet<Fact>) {
        for (fact, tally) in self.facts.iter_mut().filter(|(fact, _)| !running.contains(fact)) {
            *tally = Tally { sure: counted.get(fact).copied().unwrap_or(tally.sure), maybe: 0 };
        }
    }

    /// Keys whose fate is not known, but can be, with how each is to be settled.
    pub fn lost_keys(&self, in_doubt: &[Request]) -> Vec<Key> {
        let in_doubt: BTreeSet<_> = in_doubt.iter().filter_map(key_of).collect();
        let lost = self.keyed.iter().filter(|(_, keyed)| keyed.is_lost && keyed.running == 0);
        lost.map(|(key, _)| key.clone()).filter(|key| !in_doubt.contains(key)).collect()
    }

    /// A key's fate: the reply that is kept under it, if its request was done.
    pub fn settle_key(&mut self, key: &Key, reply: Option<Vec<u8>>) {
        let Some(keyed) = self.keyed.get_mut(key) else { return };
        assert!(!keyed.is_settled || reply.is_some(), "the answer under key {key:?} is lost");
        if let (Some(known), Some(kept)) = (&keyed.reply, &reply) {
            assert_eq!(known, kept, "another answer is kept under key {key:?}");
        }
        (keyed.is_lost, keyed.is_settled) = (false, reply.is_some());
        keyed.reply = reply.or(keyed.reply.take());
    }
}

fn key_of(request: &Request) -> Option<Key> {
    request.key.clone().map(|key| (request.tenant, request.by, key))
}

/// What a request makes true when it is done.
pub fn facts_of(request: &Request) -> Vec<Fact> {
    let tenant = request.tenant;
    match &request.what {
        What::Sell { name, .. } => vec![Fact::Sold(tenant, name.clone())],
        What::Note { line, .. } | What::Limit { line, .. } => vec![Fact::Edited(tenant, *line)],
        What::Extend { line } => vec![Fact::Edited(tenant, *line), Fact::Extended(tenant, *line)],
        What::Delete { line } => vec![Fact::Gone(tenant, *line)],
        What::Adjust { note, .. } => vec![Fact::Moved(tenant, note.clone())],
        What::Sources { stream, .. } => vec![Fact::Resourced(tenant, *stream as u32)],
        What::Trespass { .. } => Vec::new(),
    }
}
