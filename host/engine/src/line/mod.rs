//! Verbs on lines: what a subscription is sold as, what it becomes, and who may see it.

mod create;
mod delete;
mod edit;
mod extend;
mod fields;
mod get;
mod list;
mod mine;
mod naming;
pub(crate) mod purchase;
mod sell;
mod view;

pub use create::create;
pub use delete::delete;
pub use edit::edit;
pub use extend::extend;
pub use get::get;
pub use list::{Lines, list};
pub use mine::{Mine, mine};
pub use sell::sell;
