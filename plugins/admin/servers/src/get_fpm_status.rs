//! There is no PHP here whose state could be told.

use crate::parameters::GetFpmStatus;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn get_fpm_status(_: Call<GetFpmStatus>) -> Result<Reply, Refusal> {
    Err(Refusal::new("failed", "There is no PHP-FPM: the panel is one process, and get_server_stats tells of it."))
}
