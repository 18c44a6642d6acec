//! Which rows a caller may see, as predicates: part of every statement that reads owned rows.

use host_core::caller::Scope;
use host_core::kind::Belongs;
use host_core::object::Kind;

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
    /// For one row: whether its owner is one of them.
    Up,
    /// For many rows: those of every user of it.
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
            Kind::Line => Seen::by(
                "EXISTS (SELECT 1 FROM line_reach r \
                 WHERE r.ancestor = {mark} AND r.delivery = lines.delivery AND r.line = lines.id)",
                user.0,
            ),
            Kind::ApiKey => Seen::by(tree("api_keys.user", look), user.0),
            Kind::Session => Seen::by(tree(SESSION_OWNER, look), user.0),
            other => (other.belongs() == Belongs::Shared).then(Seen::all).flatten(),
        },
        Scope::Line(line) => match kind {
            Kind::Line => Seen::by("lines.id = {mark}", line.0),
            Kind::Session => Seen::by("sessions.line = {mark}", line.0),
            Kind::Bouquet => Seen::by(
                "EXISTS (SELECT 1 FROM line_bouquets b WHERE b.line = {mark} AND b.bouquet = bouquets.id)",
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
        "EXISTS (SELECT 1 FROM bouquet_members m JOIN line_bouquets b ON b.bouquet = m.bouquet AND b.line = {{mark}} \
         WHERE {member})"
    )
}

/// `owner` is the user of the parameter or below it.
fn tree(owner: &str, look: Look) -> String {
    match look {
        Look::Down => format!("{owner} IN (SELECT r.user FROM user_reach r WHERE r.ancestor = {{mark}})"),
        Look::Up => format!("EXISTS (SELECT 1 FROM user_reach r WHERE r.user = {owner} AND r.ancestor = {{mark}})"),
    }
}

/// The rows by which a tree reaches things of a kind.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// A table with an `ancestor`.
    pub(super) table: &'static str,
    /// Its column with their ids.
    pub(super) column: &'static str,
    /// Whether the delivery type stands in front of the id.
    pub(super) is_by_delivery: bool,
}

/// How a scope reaches things of a kind, when it does by rows.
pub(super) fn reach(scope: Scope, kind: Kind) -> Option<Reach> {
    match (scope, kind) {
        (Scope::Tree(_), Kind::Line) => Some(Reach { table: "line_reach", column: "line", is_by_delivery: true }),
        (Scope::Tree(_), Kind::User) => Some(Reach { table: "user_reach", column: "user", is_by_delivery: false }),
        _ => None,
    }
}

/// The users from ?1 up to ?2: whether ?2 is reached, and whether all on the way are enabled.
pub(super) const CLIMB: &str = "WITH RECURSIVE up (id, parent, enabled, depth) AS (\
     SELECT id, parent, enabled, 0 FROM users WHERE id = ?1 UNION ALL \
     SELECT u.id, u.parent, u.enabled, up.depth + 1 FROM up JOIN users u ON u.id = up.parent \
     WHERE up.id <> ?2 AND up.depth < 5) \
     SELECT coalesce(max(id = ?2), 0), coalesce(min(enabled), 0) FROM up";
