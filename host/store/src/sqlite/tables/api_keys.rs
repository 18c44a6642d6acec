//! API keys as rows. Of the key itself, its prefix and a digest are stored.

use super::Table;
use crate::sqlite::column::columns_of;
use host_core::api_key::ApiKey;

impl Table for ApiKey {
    const NAME: &'static str = "api_keys";
    const SEARCHED: &'static [&'static str] = &["name", "prefix"];

    host_core::api_key_fields!([columns_of] ApiKey(ApiKeyId));
}
