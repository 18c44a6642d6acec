//! Answers an admin's own SELECT: the host runs it, and writes the rows.

use crate::parameters::MysqlQuery;
use linecard_sdk::{Call, Refusal, Reply, reply, sql};

pub(crate) fn mysql_query(call: Call<MysqlQuery>) -> Result<Reply, Refusal> {
    reply::written(sql::select(&call.parameters.query)?)
}
