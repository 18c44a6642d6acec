//! Lines as rows, made of the list of their fields. Every field has its column: signing in must not parse documents.

use super::{Binding, Cells, StoreError, Table};
use crate::sqlite::column::Column;
use host_core::line::Line;
use host_core::{LineId, Version};

macro_rules! table {
    ($($(#[$meta:meta])* $name:ident $column:literal: $type:ty = $new:expr, $shown:ident, $set:ident, $how:ident,
       $when:ident, $admission:ident;)*) => {
        impl Table for Line {
            const NAME: &'static str = "lines";
            const COLUMNS: &'static [&'static str] = &[$($column),*];
            // Not the admins' notes: resellers search too.
            const SEARCHED: &'static [&'static str] = &["username", "reseller_notes"];
            const SEARCH_INDEX: Option<&'static str> = Some("lines_search");

            fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
                $(self.$name.bind(row)?;)*
                Ok(())
            }

            fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
                Ok(Line {
                    id: LineId(cells.id),
                    version: Version(cells.version),
                    $($name: Column::read(cells)?,)*
                })
            }
        }
    };
}

host_core::line_fields!([table]);
