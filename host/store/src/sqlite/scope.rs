//! Which rows a caller may see, as predicates: part of every statement that reads owned rows.

use host_core::caller::Scope;
use host_core::kind::Belongs;
use host_core::object::Kind;
use host_core::user::MAX_DEPTH;

/// A condition on a row, and the value of its one parameter. `None`: nothing is to be seen.
pub(super) struct Seen {
    /// With `{mark}` where the parameter stands.
    pub(super) condition: String,
    pub(super) value: Option<u32>,
}

impl Seen {
    fn all() -> Option<Seen> {
        Some(Seen { condition: String::new(), value: None })
    }

    fn by(condition: impl Into<String>, value: u32) -> Option<Seen> {
        Some(Seen { condition: condition.into(), value: Some(value) })
    }

    /// The condition with a parameter's mark in place.
    pub(super) fn at(&self, mark: usize) -> String {
        self.condition.replace("{mark}", &format!("?{mark}"))
    }
}

/// How a tree is looked through.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Look {
    /// For one row: from its owner up.
    Up,
    /// For many rows: all users of the tree, once.
    Down,
}

/// A session is owned by its user, or by whoever owns its line.
const SESSION_OWNER: &str = "coalesce(sessions.user, (SELECT l.owner FROM lines l WHERE l.id = sessions.line))";

/// What a scope sees of a kind.
pub(super) fn seen(scope: Scope, kind: Kind, look: Look) -> Option<Seen> {
    match scope {
        Scope::Tenant => Seen::all(),
        Scope::Tree(user) => match kind {
            Kind::User => Seen::by(tree("users.id", look), user.0),
            Kind::Line => Seen::by(tree("lines.owner", look), user.0),
            Kind::ApiKey => Seen::by(tree("api_keys.user", look), user.0),
            Kind::Session => Seen::by(tree(SESSION_OWNER, look), user.0),
            other => (other.belongs() == Belongs::Shared).then(Seen::all).flatten(),
        },
        Scope::Line(line) => match kind {
            Kind::Line => Seen::by("lines.id = {mark}", line.0),
            Kind::Session => Seen::by("sessions.line = {mark}", line.0),
            Kind::Bouquet => Seen::by(
                "EXISTS (SELECT 1 FROM lines l WHERE l.id = {mark} AND instr(l.bouquets, ',' || bouquets.id || ','))",
                line.0,
            ),
            Kind::Stream => Seen::by(carried("m.stream = streams.id OR m.series = streams.series"), line.0),
            Kind::Series => Seen::by(carried("m.series = series.id"), line.0),
            Kind::Category | Kind::Settings => Seen::all(),
            _ => None,
        },
        Scope::Nothing => None,
    }
}

fn carried(member: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM bouquet_members m JOIN lines l ON l.id = {{mark}} \
         WHERE ({member}) AND instr(l.bouquets, ',' || m.bouquet || ','))"
    )
}

/// `owner` is the user of the parameter or below it. The depth bounds the walk even where the
/// tree were damaged.
fn tree(owner: &str, look: Look) -> String {
    match look {
        Look::Down => format!(
            "{owner} IN (WITH RECURSIVE tree (id, depth) AS (SELECT {{mark}}, 0 UNION ALL \
             SELECT u.id, tree.depth + 1 FROM tree JOIN users u ON u.parent = tree.id \
             WHERE tree.depth < {MAX_DEPTH}) SELECT id FROM tree)"
        ),
        Look::Up => format!(
            "EXISTS (WITH RECURSIVE up (id, parent, depth) AS (\
             SELECT u.id, u.parent, 0 FROM users u WHERE u.id = {owner} UNION ALL \
             SELECT u.id, u.parent, up.depth + 1 FROM up JOIN users u ON u.id = up.parent \
             WHERE up.depth < {MAX_DEPTH}) SELECT 1 FROM up WHERE up.id = {{mark}})"
        ),
    }
}

/// The users from ?1 up to ?2: whether ?2 is reached, and whether all on the way are enabled.
pub(super) const CLIMB: &str = "WITH RECURSIVE up (id, parent, enabled, depth) AS (\
     SELECT id, parent, enabled, 0 FROM users WHERE id = ?1 UNION ALL \
     SELECT u.id, u.parent, u.enabled, up.depth + 1 FROM up JOIN users u ON u.id = up.parent \
     WHERE up.id <> ?2 AND up.depth < 5) \
     SELECT coalesce(max(id = ?2), 0), coalesce(min(enabled), 0) FROM up";
