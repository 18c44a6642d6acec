//! Where users stand in the tree: never below themselves, and not too deep.

use crate::{Result, Work};
use host_core::caller::Scope;
use host_core::field_list::{Chosen, FieldList};
use host_core::object::{Kind, Stored};
use host_core::plan::Guard;
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::user::{MAX_DEPTH, Role, User};
use host_core::{Refusal, UserId};
use std::collections::HashMap;

/// Most users of one page of a tree.
const PAGE: u32 = 1_000;

/// What is to stand below somebody.
#[derive(Clone, Copy)]
pub(super) struct Branch {
    /// Who is at its root, or was: whoever is there or below cannot stand above it.
    pub(super) root: Option<UserId>,
    /// How many levels it has.
    pub(super) levels: u32,
}

impl Branch {
    /// Of somebody new.
    pub(super) const NEW: Branch = Branch { root: None, levels: 1 };

    /// A user with everybody below them, who stay with them until commit.
    pub(super) async fn of(work: &mut Work, root: UserId) -> Result<Branch> {
        let levels = levels(work, root).await?;
        work.guard(Guard::Levels(root, levels));
        Ok(Branch { root: Some(root), levels })
    }
}

/// Refuses a user, whom the option `field` names, above a branch that cannot stand there.
pub(super) async fn check(work: &mut Work, above: UserId, branch: Branch, field: &'static str) -> Result<()> {
    let refuse = |code, message: String| Err(Refusal::field(code, field, message).into());
    let (mut depth, mut above) = (branch.levels, Some(above));
    while let Some(id) = above {
        let Some(user) = work.know::<User>(id).await? else {
            return refuse(Code::InvalidInput, "There is no user with this id.".to_owned());
        };
        if branch.root == Some(id) {
            return refuse(Code::InvalidInput, "Nobody stands below themselves; choose another user.".to_owned());
        }
        // Admins stand above the tree: their resellers are at depth 1.
        depth += u32::from(user.role == Role::Reseller);
        if depth > MAX_DEPTH {
            return refuse(Code::NotPermitted, format!("Users stand at most {MAX_DEPTH} deep below the panel."));
        }
        above = user.parent;
    }
    Ok(())
}

/// How many levels a user makes with everybody below them.
async fn levels(work: &Work, root: UserId) -> Result<u32> {
    let fields = Chosen::of(User::LIST, ["parent"]);
    let (mut above, mut last) = (HashMap::new(), None);
    loop {
        let filters = last.map(Filter::After).into_iter().collect();
        let page = Query { filters, limit: PAGE, fields, ..Query::all(Kind::User, Scope::Tree(root)) };
        let page = work.list(page).await?;
        let users = page.rows.into_iter().filter_map(User::from_object).filter(|user| user.id != root);
        above.extend(users.filter_map(|user| Some((user.id, user.parent?))));
        last = page.last;
        if last.is_none() {
            break;
        }
    }
    let below_root = |user: &UserId| {
        let upwards = std::iter::successors(Some(*user), |id| above.get(id).copied().filter(|id| *id != root));
        // As many as a tree may have say enough.
        (1..=MAX_DEPTH).zip(upwards).map(|(level, _)| level).last()
    };
    Ok(1 + above.keys().filter_map(below_root).max().unwrap_or_default())
}
