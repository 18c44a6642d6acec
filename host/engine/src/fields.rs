//! What verbs do with the [list](host_core::field_list) of a kind's fields: take options by it, and show it.

use host_core::caller::CallerRole;
use host_core::field_list::FieldList;

/// What may be set of a kind, and the least role that may.
pub(crate) fn settable<T: FieldList>() -> Vec<(&'static str, CallerRole)> {
    T::LIST.iter().filter_map(|field| Some((field.name, field.set_by?))).collect()
}

/// One field out of options, as its list says how.
macro_rules! set_field {
    (plain, $it:ident, $options:ident, $name:ident) => {
        if let Some(value) = $options.get(stringify!($name))? {
            $it.$name = value;
        }
    };
    (text, $it:ident, $options:ident, $name:ident) => {
        if let Some(text) = $options.get::<Option<String>>(stringify!($name))? {
            $it.$name = text.unwrap_or_default();
        }
    };
    (networks, $it:ident, $options:ident, $name:ident) => {
        if let Some(networks) = $options.networks(stringify!($name))? {
            $it.$name = networks;
        }
    };
    (own, $it:ident, $options:ident, $name:ident) => {};
}
pub(crate) use set_field;

/// A function that takes the options of a kind which no verb decides on: `Type`.
macro_rules! set_fields {
    ($Type:ident
     $($(#[$meta:meta])* $name:ident $($column:literal)+: $type:ty = $new:expr, $shown:ident, $set:ident, $how:ident
       $(, $more:ident)*;)*) => {
        /// Sets the fields that are sent and that no verb decides on. Who may send which is checked before.
        pub(super) fn set(it: &mut $Type, options: &$crate::document::Options<'_>) -> $crate::Result<()> {
            $($crate::fields::set_field!($how, it, options, $name);)*
            Ok(())
        }
    };
}
pub(crate) use set_fields;

/// One field of a view: what no view has, and what those see who may, where it `is_shown`.
macro_rules! write_field {
    (Nobody, $role:expr, $is_shown:expr, $fields:ident, $name:ident, $written:expr) => {
        let _ = $is_shown;
    };
    ($shown:ident, $role:expr, $is_shown:expr, $fields:ident, $name:ident, $written:expr) => {
        if $is_shown && $role >= host_core::caller::CallerRole::$shown {
            $fields.serialize_field(stringify!($name), $written)?;
        } else {
            $fields.skip_field(stringify!($name))?;
        }
    };
}
pub(crate) use write_field;

/// A function that writes what a role sees of a kind. `View` holds one; the macro `written` says for each field what is
/// written of it.
macro_rules! write_fields {
    ($View:ident, $written:ident
     $($(#[$meta:meta])* $name:ident $($column:literal)+: $type:ty = $new:expr, $shown:ident, $set:ident, $how:ident
       $(, $more:ident)*;)*) => {
        impl $View<'_> {
            /// Writes those of the chosen fields that the role sees.
            fn write_fields<S: serde::ser::SerializeStruct>(
                &self,
                role: host_core::caller::CallerRole,
                chosen: host_core::field_list::Chosen,
                fields: &mut S,
            ) -> std::result::Result<(), S::Error> {
                let view = self;
                let mut places = 0..host_core::field_list::MOST;
                let mut is_chosen = || places.next().is_some_and(|at| chosen.holds(at));
                $($crate::fields::write_field!($shown, role, is_chosen(), fields, $name, $written!(view, $name));)*
                Ok(())
            }
        }
    };
}
pub(crate) use write_fields;
