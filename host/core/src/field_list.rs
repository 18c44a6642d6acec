//! Lists of fields: what a kind with columns is made of, each field said once. The struct, its row, its view and the
//! options of its verbs are made of the list.
//!
//! A list is a macro of the kind's file. It calls another one, named in brackets, with what comes after that and then
//! every field: `name "column": Type = new, shown to, set by, how;`
//!
//! - columns: mostly one, else each that the value takes, one behind the other
//! - shown to, set by: the least role; `Nobody`
//! - how: `plain` (its value is set), `text` (null is empty), `networks` (bare addresses are networks of one), `own` (a
//!   verb decides)
//!
//! Behind `how` a kind may say more that only it reads.

use crate::caller::CallerRole;

/// What is known of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name in views and options.
    pub name: &'static str,
    /// The least role that sees it; none for what no view has.
    pub shown_to: Option<CallerRole>,
    /// The least role that sets it; none for what only the host sets.
    pub set_by: Option<CallerRole>,
}

/// A kind whose fields are a list.
pub trait FieldList {
    /// Its fields besides id and version, in the order of the list.
    const LIST: &'static [Field];
}

/// Which fields of a list are read of a row; the others are as in an [empty](declare) one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chosen(u64);

/// Most fields of a list.
pub const MOST: usize = 64;

impl Chosen {
    /// All of them.
    pub const ALL: Chosen = Chosen(u64::MAX);

    /// Those of a list that have one of these names. Names that are not in the list choose nothing.
    pub fn of<'n>(list: &[Field], names: impl IntoIterator<Item = &'n str>) -> Chosen {
        let at = |name: &str| list.iter().position(|field| field.name == name);
        Chosen(names.into_iter().filter_map(at).fold(0, |chosen, at| chosen | 1 << at))
    }

    /// These and those.
    pub fn and(self, others: Chosen) -> Chosen {
        Chosen(self.0 | others.0)
    }

    /// Whether the field at this place of the list is one of them.
    pub fn holds(self, at: usize) -> bool {
        self.0 >> at & 1 == 1
    }
}

/// A role by its word in a list.
macro_rules! role {
    (Nobody) => {
        None
    };
    ($role:ident) => {
        Some($crate::caller::CallerRole::$role)
    };
}
pub(crate) use role;

/// The fields of a list, as an array.
macro_rules! listed {
    ($($(#[$meta:meta])* $name:ident $($column:literal)+: $type:ty = $new:expr, $shown:ident, $set:ident, $how:ident
       $(, $more:ident)*;)*) => {
        [$($crate::field_list::Field {
            name: stringify!($name),
            shown_to: $crate::field_list::role!($shown),
            set_by: $crate::field_list::role!($set),
        }),*]
    };
}
pub(crate) use listed;

/// The struct of a list, with `id` and `version` before its fields: `/// What it is. Type(Id)`.
macro_rules! declare {
    ($(#[$about:meta])* $Type:ident($Id:ident)
     $($(#[$meta:meta])* $name:ident $($column:literal)+: $type:ty = $new:expr, $shown:ident, $set:ident, $how:ident
       $(, $more:ident)*;)*) => {
        #[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
        $(#[$about])*
        pub struct $Type {
            /// Its id.
            pub id: $crate::$Id,
            /// How often it has changed.
            #[serde(skip)]
            pub version: $crate::Version,
            $($(#[$meta])* pub $name: $type,)*
        }

        impl $Type {
            /// One of which nothing is said yet.
            pub fn empty(id: $crate::$Id) -> $Type {
                $Type { id, version: $crate::Version(0), $($name: $new),* }
            }
        }

        impl $crate::field_list::FieldList for $Type {
            const LIST: &'static [$crate::field_list::Field] = &$crate::field_list::listed! {
                $($name $($column)+: $type = $new, $shown, $set, $how;)*
            };
        }

        const _: () = assert!(<$Type as $crate::field_list::FieldList>::LIST.len() <= $crate::field_list::MOST);
    };
}
pub(crate) use declare;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Line;

    #[test]
    fn fields_are_chosen_by_name_and_unknown_names_choose_nothing() {
        let at = |name: &str| Line::LIST.iter().position(|field| field.name == name).unwrap();
        let chosen = Chosen::of(Line::LIST, ["owner", "colour"]).and(Chosen::of(Line::LIST, ["trial"]));
        let held: Vec<_> = (0..Line::LIST.len()).filter(|at| chosen.holds(*at)).collect();
        assert_eq!(held, [at("owner"), at("trial")]);
        assert!((0..MOST).all(|at| Chosen::ALL.holds(at)));
    }
}
