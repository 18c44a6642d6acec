//! Surfaces of five manners, each described as data in `tests/surfaces` and installed as a foreign plugin: what the
//! host can be told of a dialect, seen through its doors. No line of the host names any of them.

mod desk;
mod php;
mod portal;
mod receiver;
mod rest;

use crate::panel::{TestPanel, TestTenant};
use reqwest::header::HOST;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

/// A tenant in which one of these surfaces is installed and granted.
struct Surface {
    tenant: TestTenant,
    mount: String,
}

impl Surface {
    async fn of(name: &str, file: &str, mount: &str) -> Surface {
        let tenant = TestPanel::shared().tenant(1).await;
        let runtime = &tenant.panel.panel.runtime;
        runtime.install(tenant.system(), std::fs::read(file).unwrap().into()).await.unwrap();
        runtime.grant(tenant.system(), name, &[], None).await.unwrap();
        Surface { tenant, mount: format!("/x/{name}{mount}") }
    }

    fn asked(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{}{path}", self.tenant.panel.url, self.mount);
        self.tenant.panel.http.request(method, url).header(HOST, &self.tenant.host)
    }

    /// As the tenant's admin.
    fn by_admin(&self, method: Method, path: &str) -> RequestBuilder {
        self.asked(method, path).bearer_auth(self.tenant.made["admin_api_key"].as_str().unwrap())
    }
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn json(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}
