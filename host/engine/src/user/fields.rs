//! The options of a new user, as the list of the fields says how.

use crate::fields::set_fields;
use host_core::user::User;

host_core::user_fields!([set_fields] User);
