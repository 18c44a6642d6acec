//! `reload_epg`: asks for the import of one guide source, or of all that are fetched.

use crate::parameters::ReloadEpg;
use linecard_sdk::records::{self, Document, GuideSource, Query};
use linecard_sdk::{Call, Refusal, Reply, reply};
use serde::Serialize;

#[derive(Serialize)]
struct Asked {
    job_id: Option<u32>,
    job_ids: Vec<u32>,
}

pub(crate) fn reload_epg(call: Call<ReloadEpg>) -> Result<Reply, Refusal> {
    let ids = match call.parameters.id {
        Some(id) => vec![id],
        None => {
            let all = records::list::<GuideSource>(&Query::page(0, Query::MOST, None))?.read()?.rows;
            all.into_iter().filter(|it| it.enabled && !it.url.is_empty()).map(|it| it.id).collect()
        }
    };
    let mut job_ids = Vec::with_capacity(ids.len());
    for id in ids {
        let asked = records::edit::<GuideSource>(id, &Document::new().with("reload", Some(true)))?;
        job_ids.extend(asked.read()?.job);
    }
    reply::data(&Asked { job_id: job_ids.first().copied(), job_ids })
}
