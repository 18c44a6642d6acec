//! The options of verbs on lines, as the list of the fields says who may set them and how.

use crate::Result;
use crate::document::Options;
use host_core::caller::CallerRole;
use host_core::line::Line;

/// Where options come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A sale.
    Sale,
    /// An edit, or a line that is made without a sale.
    Edit,
}

/// What may be set, and the least role that may.
pub(super) fn settable(moment: Moment) -> Vec<(&'static str, CallerRole)> {
    let fields = Line::FIELDS.iter().filter(|field| moment == Moment::Edit || field.at_sale);
    fields.filter_map(|field| Some((field.name, field.set_by?))).collect()
}

macro_rules! set_field {
    (plain, $line:ident, $options:ident, $name:ident) => {
        if let Some(value) = $options.get(stringify!($name))? {
            $line.$name = value;
        }
    };
    (text, $line:ident, $options:ident, $name:ident) => {
        if let Some(text) = $options.get::<Option<String>>(stringify!($name))? {
            $line.$name = text.unwrap_or_default();
        }
    };
    (own, $line:ident, $options:ident, $name:ident) => {};
}

macro_rules! set_fields {
    ($($(#[$meta:meta])* $name:ident $column:literal: $type:ty = $new:expr, $shown:ident, $set:ident, $how:ident,
       $when:ident, $admission:ident;)*) => {
        /// Sets the fields that are sent and that no verb decides on. Who may send which is checked before.
        pub(super) fn set(line: &mut Line, options: &Options<'_>) -> Result<()> {
            $(set_field!($how, line, options, $name);)*
            Ok(())
        }
    };
}

host_core::line_fields!([set_fields]);
