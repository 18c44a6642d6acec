//! The options of verbs on lines, as the list of the fields says who may set them and how.

use crate::fields::{self, set_fields};
use host_core::caller::CallerRole;
use host_core::line::Line;

/// Where options come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A sale.
    Sale,
    /// A line that is made without a sale.
    Creation,
    /// An edit.
    Edit,
}

/// What may be set, and the least role that may.
pub(crate) fn settable(moment: Moment) -> Vec<(&'static str, CallerRole)> {
    let mut fields = fields::settable::<Line>();
    fields.retain(|(name, _)| moment != Moment::Sale || Line::is_chosen_at_sale(name));
    fields.extend(match moment {
        Moment::Sale | Moment::Creation => &[("delivery", CallerRole::Reseller)][..],
        Moment::Edit => &[],
    });
    fields
}

host_core::line_fields!([set_fields] Line);
