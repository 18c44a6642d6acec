//! How a value of a type stands in a column of its own.

use super::cells::{Binding, Cells, Word};
use host_core::line::{DeliveryType, Output, SeatLimit};
use host_core::port::StoreError;
use host_core::secret::{Mac, Sealed};
use host_core::settings::SamePlayer;
use host_core::time::{Expiry, Unix};
use host_core::{BouquetId, PackageId, UserId};
use ipnet::IpNet;

/// A value with a column of its own.
pub(super) trait Column: Sized {
    /// Binds the next column.
    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()>;
    /// Reads the next column.
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError>;
}

/// `type: how it is bound, how it is read`.
macro_rules! columns {
    ($($type:ty: |$it:ident, $row:ident| $bind:expr, |$cells:ident| $read:expr;)*) => {$(
        impl Column for $type {
            fn bind(&self, $row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
                let $it = self;
                $bind
            }

            fn read($cells: &mut Cells<'_>) -> Result<Self, StoreError> {
                $read
            }
        }
    )*};
}

columns! {
    bool: |it, row| row.put(*it), |cells| cells.value();
    String: |it, row| row.put(it), |cells| cells.value();
    Option<String>: |it, row| row.put(it), |cells| cells.value();
    Unix: |it, row| row.put(it.0), |cells| Ok(Unix(cells.value()?));
    Expiry: |it, row| row.put(Option::<i64>::from(*it)), |cells| Ok(Expiry::from(cells.value::<Option<i64>>()?));
    UserId: |it, row| row.put(it.0), |cells| Ok(UserId(cells.value()?));
    Option<PackageId>: |it, row| row.put(it.map(|id| id.0)), |cells| cells.id_of(PackageId);
    DeliveryType: |it, row| row.word(*it), |cells| cells.word();
    SeatLimit: |it, row| row.put(u32::from(*it)), |cells| Ok(SeatLimit::from(cells.value::<u32>()?));
    Sealed: |it, row| row.put(&it.0), |cells| Ok(Sealed(cells.value()?));
    Mac: |it, row| row.put(it.0.as_slice()), |cells| Ok(Mac(cells.value()?));
    Vec<IpNet>: |it, row| row.list(it), |cells| cells.list();
    Vec<String>: |it, row| row.list(it), |cells| cells.list();
    Vec<Output>: |it, row| row.list(it), |cells| cells.list();
    Vec<BouquetId>: |it, row| row.ids(it), |cells| cells.ids(BouquetId);
    Option<SamePlayer>: |it, row| row.put(it.map(Word::word)), |cells| cells.optional_word();
}
