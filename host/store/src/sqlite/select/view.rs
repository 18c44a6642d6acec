//! A view that an admin's own SQL may read, as what it selects.

/// Where the rows of a view come from.
pub(super) enum Rows {
    /// The tenant's database.
    Panel(&'static str),
    /// Its journal; where there is none yet, the view has no rows.
    Journal(&'static str),
    /// The connections that run.
    Live,
}

/// A view: its columns, each with what it shows.
pub(super) struct View {
    pub(super) name: &'static str,
    pub(super) rows: Rows,
    pub(super) columns: &'static [(&'static str, &'static str)],
}

impl View {
    /// Of the tenant's database.
    pub(super) const fn panel(
        name: &'static str,
        from: &'static str,
        columns: &'static [(&'static str, &'static str)],
    ) -> View {
        View { name, rows: Rows::Panel(from), columns }
    }

    /// Of its journal.
    pub(super) const fn journal(
        name: &'static str,
        from: &'static str,
        columns: &'static [(&'static str, &'static str)],
    ) -> View {
        View { name, rows: Rows::Journal(from), columns }
    }

    /// What it selects.
    pub(super) fn sql(&self, own: &str, has_journal: bool) -> String {
        let from = match self.rows {
            Rows::Panel(from) | Rows::Journal(from) => from.to_owned(),
            Rows::Live => format!("temp.\"{own}live\""),
        };
        if matches!(self.rows, Rows::Journal(_)) && !has_journal {
            let columns: Vec<_> = self.columns.iter().map(|(name, _)| format!("NULL AS \"{name}\"")).collect();
            return format!("SELECT {} WHERE 0", columns.join(", "));
        }
        let columns: Vec<_> = self.columns.iter().map(|(name, shows)| format!("{shows} AS \"{name}\"")).collect();
        format!("SELECT {} FROM {from}", columns.join(", "))
    }
}
