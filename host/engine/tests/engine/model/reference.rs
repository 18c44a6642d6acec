//! The model: users with a balance in hundredths and one above, lines with an owner and what was paid for them.

use crate::walk::Dice;
use host_core::user::MAX_DEPTH;
use std::collections::BTreeMap;

/// What a line costs, in hundredths of a credit.
const PRICE: i64 = 1_000;
/// Lines there are at most, so that they are compared by one page.
const LINES: usize = 60;

#[derive(Debug)]
pub(super) struct Model {
    admin: u32,
    pub(super) users: BTreeMap<u32, User>,
    pub(super) lines: BTreeMap<u32, Line>,
    /// What the panel has given, less what came back.
    pub(super) given: i64,
    /// What the panel was paid, less what it gave back.
    pub(super) income: i64,
}

#[derive(Debug)]
pub(super) struct User {
    pub(super) parent: Option<u32>,
    pub(super) balance: i64,
}

#[derive(Debug)]
pub(super) struct Line {
    pub(super) owner: u32,
    /// Who paid its price, each time that it was paid.
    paid_by: Vec<u32>,
}

#[derive(Debug)]
pub(super) enum Deed {
    Create { by: u32 },
    Adjust { by: u32, user: u32, amount: i64 },
    Sell { by: u32 },
    Extend { by: u32, line: u32 },
    DeleteLine { by: u32, line: u32 },
    DeleteUser { by: u32, user: u32 },
    Move { user: u32, parent: Option<u32> },
}

#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Done,
    Refused(String),
}

fn refused(code: &str) -> Outcome {
    Outcome::Refused(code.to_owned())
}

impl Model {
    /// A panel with one reseller.
    pub(super) fn new(admin: u32, reseller: u32, balance: i64) -> Model {
        let users = BTreeMap::from([(reseller, User { parent: None, balance })]);
        Model { admin, users, lines: BTreeMap::new(), given: balance, income: 0 }
    }

    /// Something that somebody does to somebody, or tries to.
    pub(super) fn deed(&self, dice: &mut Dice, most: usize) -> Deed {
        let users: Vec<u32> = self.users.keys().copied().collect();
        let lines: Vec<u32> = self.lines.keys().copied().collect();
        let pick = |dice: &mut Dice, from: &[u32]| {
            // Now and then somebody who is not there.
            let at = usize::try_from(dice.roll(from.len() as u64 + 1)).unwrap();
            from.get(at).copied().unwrap_or(999_999)
        };
        let who = |dice: &mut Dice| match (users.is_empty(), dice.roll(4)) {
            (true, _) | (_, 0) => self.admin,
            _ => users[usize::try_from(dice.roll(users.len() as u64)).unwrap()],
        };
        let by = who(dice);
        match dice.roll(20) {
            0 | 1 if users.len() < most => Deed::Create { by },
            2..8 => {
                let amount = i64::try_from(dice.roll(9_000)).unwrap() - 3_000;
                Deed::Adjust { by, user: pick(dice, &users), amount: amount / 10 * 10 }
            }
            8..13 if lines.len() < LINES && by != self.admin => Deed::Sell { by },
            13 if by != self.admin => Deed::Extend { by, line: pick(dice, &lines) },
            14..17 => Deed::DeleteLine { by, line: pick(dice, &lines) },
            17 if dice.roll(3) == 0 => Deed::DeleteUser { by, user: pick(dice, &users) },
            18 if dice.roll(4) == 0 => Deed::Move { user: pick(dice, &users), parent: None },
            18 | 19 => Deed::Move { user: pick(dice, &users), parent: Some(pick(dice, &users)) },
            _ => Deed::Adjust { by, user: pick(dice, &users), amount: 0 },
        }
    }

    /// What the panel has to say.
    pub(super) fn outcome(&self, deed: &Deed) -> Outcome {
        match *deed {
            Deed::Create { by } if by != self.admin && self.depth(by) >= MAX_DEPTH => refused("not_permitted"),
            Deed::Create { .. } => Outcome::Done,
            Deed::Adjust { amount: 0, .. } => refused("invalid_input"),
            Deed::Adjust { by, user, .. } if by == user => refused("not_permitted"),
            Deed::Adjust { by, user, .. } if !self.sees(by, user) => refused("not_found"),
            Deed::Adjust { by, user, .. } if by != self.admin && self.users[&user].parent != Some(by) => {
                refused("not_permitted")
            }
            Deed::Adjust { by, user, amount } => self.pays(if amount < 0 { user } else { by }, amount.abs()),
            Deed::Sell { by } => self.pays(by, PRICE),
            Deed::Extend { by, line } if !self.reaches(by, line) => refused("not_found"),
            Deed::Extend { by, .. } => self.pays(by, PRICE),
            Deed::DeleteLine { by, line } if !self.reaches(by, line) => refused("not_found"),
            Deed::DeleteLine { .. } => Outcome::Done,
            Deed::DeleteUser { by, user } if by == user => refused("not_permitted"),
            Deed::DeleteUser { by, user } if !self.sees(by, user) => refused("not_found"),
            Deed::DeleteUser { .. } => Outcome::Done,
            Deed::Move { user, .. } if !self.users.contains_key(&user) => refused("not_found"),
            Deed::Move { parent: Some(parent), .. } if !self.users.contains_key(&parent) => refused("invalid_input"),
            Deed::Move { user, parent: Some(parent) } => self.moves(user, parent),
            Deed::Move { .. } => Outcome::Done,
        }
    }

    fn pays(&self, who: u32, amount: i64) -> Outcome {
        let is_covered = who == self.admin || self.users[&who].balance >= amount;
        if is_covered { Outcome::Done } else { refused("insufficient_credits") }
    }

    fn moves(&self, user: u32, parent: u32) -> Outcome {
        if self.users[&user].parent == Some(parent) {
            return Outcome::Done;
        }
        let below = self.users.keys().filter(|id| self.is_within(**id, user));
        let levels = below.map(|id| self.depth(*id) - self.depth(user) + 1).max().unwrap_or(1);
        // Who is moved below themselves is told so, unless it is too deep already on the way up to them.
        let is_below = self.is_within(parent, user);
        let above = if is_below { self.depth(parent) - self.depth(user) } else { self.depth(parent) };
        match above + levels > MAX_DEPTH {
            true => refused("not_permitted"),
            false if is_below => refused("invalid_input"),
            false => Outcome::Done,
        }
    }

    /// What has become of it, now that the panel has done it and numbered what it made.
    pub(super) fn apply(&mut self, deed: &Deed, made: Option<u32>) {
        match *deed {
            Deed::Create { by } => {
                let parent = (by != self.admin).then_some(by);
                self.users.insert(made.unwrap(), User { parent, balance: 0 });
            }
            Deed::Adjust { by, user, amount } => {
                self.receive(user, amount);
                if by == self.admin { self.given += amount } else { self.receive(by, -amount) }
            }
            Deed::Sell { by } => {
                self.pay(by);
                self.lines.insert(made.unwrap(), Line { owner: by, paid_by: vec![by] });
            }
            Deed::Extend { by, line } => {
                self.pay(by);
                self.lines.get_mut(&line).unwrap().paid_by.push(by);
            }
            Deed::DeleteLine { line, .. } => {
                for who in self.lines.remove(&line).unwrap().paid_by {
                    if self.users.contains_key(&who) {
                        self.receive(who, PRICE);
                        self.income -= PRICE;
                    }
                }
            }
            Deed::DeleteUser { by, user } => self.settle(by, user),
            Deed::Move { user, parent } => self.users.get_mut(&user).unwrap().parent = parent,
        }
    }

    fn settle(&mut self, by: u32, user: u32) {
        let User { parent, balance } = self.users.remove(&user).unwrap();
        match parent {
            Some(parent) => self.receive(parent, balance),
            None => self.given -= balance,
        }
        let keeper = parent.unwrap_or(by);
        self.lines.values_mut().filter(|line| line.owner == user).for_each(|line| line.owner = keeper);
        self.users.values_mut().filter(|below| below.parent == Some(user)).for_each(|below| below.parent = parent);
    }

    fn pay(&mut self, who: u32) {
        self.receive(who, -PRICE);
        self.income += PRICE;
    }

    fn receive(&mut self, who: u32, amount: i64) {
        self.users.get_mut(&who).unwrap().balance += amount;
    }

    /// Whether a user is another one, or below them.
    fn is_within(&self, user: u32, root: u32) -> bool {
        let mut at = Some(user);
        while let Some(id) = at {
            if id == root {
                return true;
            }
            at = self.users.get(&id).and_then(|user| user.parent);
        }
        false
    }

    fn sees(&self, by: u32, user: u32) -> bool {
        self.users.contains_key(&user) && (by == self.admin || self.is_within(user, by))
    }

    fn reaches(&self, by: u32, line: u32) -> bool {
        self.lines.get(&line).is_some_and(|line| by == self.admin || self.is_within(line.owner, by))
    }

    /// How deep a user stands: 1 directly below the panel.
    fn depth(&self, user: u32) -> u32 {
        std::iter::successors(Some(user), |id| self.users[id].parent).map(|_| 1).sum()
    }
}
