//! Verbs on lines: what a subscription is sold as, what it becomes, and who may see it.

mod carried;
mod convert;
mod create;
mod delete;
mod delivery;
mod edit;
mod extend;
mod fields;
mod find;
mod get;
mod list;
mod mine;
mod naming;
mod new_code;
pub(crate) mod purchase;
mod redeem;
mod refund;
mod sell;
mod view;

pub use carried::carried;
pub use convert::convert;
pub use create::create;
pub use delete::delete;
pub use delivery::{of_type, typed};
pub(crate) use edit::changed;
pub use edit::edit;
pub use extend::extend;
pub(crate) use fields::{Moment, settable};
pub use find::find;
pub use get::get;
pub(crate) use list::status_filter;
pub use list::{Lines, list};
pub use mine::{Mine, mine};
pub use new_code::new_code;
pub use redeem::redeem;
pub use sell::{sell, sell_as_asked};
