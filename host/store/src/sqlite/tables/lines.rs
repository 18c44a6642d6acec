//! Lines as rows. Every field has its column: signing in must not parse documents.

use super::Table;
use crate::sqlite::column::columns_of;
use host_core::line::Line;

impl Table for Line {
    const NAME: &'static str = "lines";
    // Not the admins' notes: resellers search too.
    const SEARCHED: &'static [&'static str] = &["username", "reseller_notes", "mac", "code"];
    const SEARCH_INDEX: Option<&'static str> = Some("lines_search");

    host_core::line_fields!([columns_of] Line(LineId));
}
