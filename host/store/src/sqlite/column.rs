//! How a value of a type stands in its columns, and a kind by the list of its fields.

use super::cells::{Binding, Cells, Word};
use host_core::credit::Credits;
use host_core::details::Details;
use host_core::line::{DeliveryType, Output, SeatLimit};
use host_core::mac_address::MacAddress;
use host_core::port::StoreError;
use host_core::secret::{Mac, PasswordHash, Sealed};
use host_core::settings::SamePlayer;
use host_core::source::Source;
use host_core::stream::{Delivery, EpisodeOf, Origin, StreamKind, Wanted};
use host_core::time::{Expiry, Term, Unix};
use host_core::user::Role;
use host_core::{BouquetId, CategoryId, DocumentId, GroupId, GuideSourceId, LineId, PackageId, SeriesId, UserId};
use ipnet::IpNet;
use std::collections::BTreeMap;

/// A value with columns of its own, mostly one.
pub(super) trait Column: Sized {
    /// Binds the next columns.
    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()>;
    /// Reads the next columns.
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError>;
}

/// What of a [`Table`](super::table::Table) the list of a kind's fields says: `Type(Id) { what derived columns hold }`.
macro_rules! columns_of {
    ($Type:ident($Id:ident) $(|$it:ident| { $($derived:expr),* })?
     $($(#[$meta:meta])* $name:ident $column:literal $($further:literal)*: $type:ty = $new:expr, $shown:ident,
       $set:ident, $how:ident $(, $more:ident)*;)*) => {
        const COLUMNS: &'static [&'static str] = &[$($column $(, $further)*),*];
        const FIELD_COLUMNS: $crate::sqlite::cells::FieldColumns =
            &[$((stringify!($name), &[$column $(, $further)*])),*];

        fn bind(&self, row: &mut $crate::sqlite::cells::Binding<'_, '_>) -> rusqlite::Result<()> {
            $($crate::sqlite::column::Column::bind(&self.$name, row)?;)*
            $(let $it = self; $(row.put($derived)?;)*)?
            Ok(())
        }

        fn read(cells: &mut $crate::sqlite::cells::Cells<'_>) -> Result<Self, host_core::port::StoreError> {
            let mut it = $Type::empty(host_core::$Id(cells.id));
            it.version = host_core::Version(cells.version);
            $(if cells.is_chosen() {
                it.$name = $crate::sqlite::column::Column::read(cells)?;
            })*
            Ok(it)
        }
    };
}
pub(super) use columns_of;

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
    u16: |it, row| row.put(*it), |cells| cells.value();
    i16: |it, row| row.put(*it), |cells| cells.value();
    Option<u32>: |it, row| row.put(*it), |cells| cells.value();
    String: |it, row| row.put(it), |cells| cells.value();
    Option<String>: |it, row| row.put(it), |cells| cells.value();
    Unix: |it, row| row.put(it.0), |cells| Ok(Unix(cells.value()?));
    Option<Unix>: |it, row| row.put(it.map(|at| at.0)), |cells| Ok(cells.value::<Option<i64>>()?.map(Unix));
    Vec<Term>: |it, row| row.list(it), |cells| cells.list();
    Option<MacAddress>: |it, row| row.put(it.map(|mac| mac.to_string())), |cells| cells.parsed();
    Expiry: |it, row| row.put(Option::<i64>::from(*it)), |cells| Ok(Expiry::from(cells.value::<Option<i64>>()?));
    UserId: |it, row| row.put(it.0), |cells| Ok(UserId(cells.value()?));
    Option<UserId>: |it, row| row.put(it.map(|id| id.0)), |cells| cells.id_of(UserId);
    Option<GroupId>: |it, row| row.put(it.map(|id| id.0)), |cells| cells.id_of(GroupId);
    Option<GuideSourceId>: |it, row| row.put(it.map(|id| id.0)), |cells| cells.id_of(GuideSourceId);
    Option<LineId>: |it, row| row.put(it.map(|id| id.0)), |cells| cells.id_of(LineId);
    Option<DocumentId>: |it, row| row.put(it.map(|id| id.0)), |cells| cells.id_of(DocumentId);
    Option<PackageId>: |it, row| row.put(it.map(|id| id.0)), |cells| cells.id_of(PackageId);
    Role: |it, row| row.word(*it), |cells| cells.word();
    StreamKind: |it, row| row.word(*it), |cells| cells.word();
    Delivery: |it, row| row.word(*it), |cells| cells.word();
    Wanted: |it, row| row.word(*it), |cells| cells.word();
    DeliveryType: |it, row| row.word(*it), |cells| cells.word();
    SeatLimit: |it, row| row.put(u32::from(*it)), |cells| Ok(SeatLimit::from(cells.value::<u32>()?));
    Sealed: |it, row| row.put(&it.0), |cells| Ok(Sealed(cells.value()?));
    PasswordHash: |it, row| row.put(&it.0), |cells| Ok(PasswordHash(cells.value()?));
    [u8; 32]: |it, row| row.put(it.as_slice()), |cells| cells.value();
    Mac: |it, row| row.put(it.0.as_slice()), |cells| Ok(Mac(cells.value()?));
    Vec<IpNet>: |it, row| row.list(it), |cells| cells.list();
    Vec<String>: |it, row| row.list(it), |cells| cells.list();
    Vec<Output>: |it, row| row.list(it), |cells| cells.list();
    Vec<Source>: |it, row| row.list(it), |cells| cells.list();
    Details: |it, row| row.json(it), |cells| cells.json();
    BTreeMap<PackageId, Credits>: |it, row| row.json(it), |cells| cells.json();
    Vec<CategoryId>: |it, row| row.ids(it), |cells| cells.ids(CategoryId);
    Vec<BouquetId>: |it, row| row.ids(it), |cells| cells.ids(BouquetId);
    Option<SamePlayer>: |it, row| row.put(it.map(Word::word)), |cells| cells.optional_word();
}

impl Column for Option<EpisodeOf> {
    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(self.map(|place| place.series.0))?;
        row.put(self.map(|place| place.season))?;
        row.put(self.map(|place| place.number))
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(match (cells.value()?, cells.value()?, cells.value()?) {
            (Some(series), Some(season), Some(number)) => Some(EpisodeOf { series: SeriesId(series), season, number }),
            _ => None,
        })
    }
}

impl Column for Option<Origin> {
    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        let Some(origin) = self else {
            return (0..7).try_for_each(|_| row.put(Option::<i64>::None));
        };
        row.put(&origin.source)?;
        row.put(&origin.url)?;
        row.put(&origin.tvg_id)?;
        row.put(&origin.name)?;
        row.list(&origin.edited)?;
        row.put(origin.missing)?;
        row.put(origin.seen_at.0)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        let Some(source) = cells.value()? else {
            cells.pass(6);
            return Ok(None);
        };
        Ok(Some(Origin {
            source,
            url: cells.value()?,
            tvg_id: cells.value()?,
            name: cells.value()?,
            edited: cells.list()?,
            missing: cells.value()?,
            seen_at: Unix(cells.value()?),
        }))
    }
}
