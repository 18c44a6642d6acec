//! A request to `api.php`, and its answer to the byte.

use crate::panel::TestTenant;
use reqwest::Method;
use reqwest::header::HOST;

/// Asks `api.php` of a tenant by a method, with this query, and with a form when it is a POST. The body, as it came.
pub(super) async fn asked(tenant: &TestTenant, method: Method, query: &str, form: &str) -> (u16, String) {
    let url = format!("{}/api.php?{query}", tenant.panel.url);
    let mut request = tenant.panel.http.request(method.clone(), url).header(HOST, &tenant.host);
    if method == Method::POST {
        request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}
