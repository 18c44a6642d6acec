//! The v2 API of Xtream Codes, `api.php`: one file per action. It has no rules of its own: what may be created, sold and
//! moved, the host decides.

linecard_sdk::plugin!("actions.toml");

mod accounts;
mod columns;
mod line_row;
mod reg_user_credits;
mod reg_user_list;
mod stb_create;
mod stb_edit;
mod stb_info;
mod user_create;
mod user_edit;
mod user_info;
