//! Committed rows by their type: one of them, or all of a kind, however many there are.

use crate::{Engine, Result, Work};
use host_core::caller::Scope;
use host_core::object::Stored;
use host_core::plan::Database;
use host_core::port::{Filter, Query};
use host_core::unique::Unique;

impl Engine {
    /// The row with this id.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn row<T: Stored>(&self, database: Database, id: T::Id) -> Result<Option<T>> {
        Ok(self.store().get(database, Scope::Tenant, id.into()).await?.and_then(T::from_object))
    }

    /// The row that has this value.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn row_of<T: Stored>(&self, database: Database, unique: Unique) -> Result<Option<T>> {
        Ok(self.store().find(database, unique).await?.and_then(T::from_object))
    }

    /// All rows that meet the filters, by id.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn rows<T: Stored>(&self, database: Database, filters: Vec<Filter>) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.each_row(database, filters, |row| rows.push(row)).await?;
        Ok(rows)
    }

    /// Hands over all rows that meet the filters, by id. They are read a page at a time, each behind the last
    /// row of the page before, so that no more than a page is in memory.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn each_row<T: Stored>(
        &self,
        database: Database,
        filters: Vec<Filter>,
        mut take: impl FnMut(T) + Send,
    ) -> Result<()> {
        let mut query = Query { filters: filters.clone(), ..Query::all(T::KIND, Scope::Tenant) };
        loop {
            let page = self.store().list(database, query.clone()).await?.rows;
            let is_full = page.len() >= query.limit as usize;
            let last = page.last().map(|row| row.key().number());
            page.into_iter().filter_map(T::from_object).for_each(&mut take);
            let Some(last) = last.filter(|_| is_full) else { return Ok(()) };
            query.filters.clone_from(&filters);
            query.filters.push(Filter::After(last));
        }
    }
}

impl Work {
    /// All committed rows of the plan's database that meet the filters, by id.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn rows<T: Stored>(&self, filters: Vec<Filter>) -> Result<Vec<T>> {
        self.engine().rows(self.database(), filters).await
    }
}
