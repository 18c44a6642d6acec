//! What answers of plugins may do in a browser, as a `Content-Security-Policy`. The panel's own pages are on the same
//! origin, so that nothing of a plugin that came from elsewhere may run there unless the operator granted its pages.

use crate::origin::Origin;
use axum::response::Response;
use host_runtime::Confinement;
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;

/// Nothing runs, nothing is loaded, and the document has an origin of its own.
const SANDBOX: &str = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The response, confined.
pub(crate) fn confined(mut response: Response, how: Confinement, plugin: &str, origin: &Origin) -> Response {
    let policy = match how {
        Confinement::None => return response,
        Confinement::Sandbox => Some(HeaderValue::from_static(SANDBOX)),
        Confinement::Pages => HeaderValue::from_str(&of_pages(plugin, origin)).ok(),
    };
    // An origin that cannot stand in a header has no pages.
    let policy = policy.unwrap_or(HeaderValue::from_static(SANDBOX));
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// Pages load what lies below the plugin's own paths, and nothing else.
fn of_pages(plugin: &str, origin: &Origin) -> String {
    let Origin { scheme, host, port } = origin;
    let own = format!("{scheme}://{host}:{port}/x/{plugin}/");
    format!(
        "default-src 'none'; script-src {own}; style-src {own}; img-src {own} data:; connect-src {own}; \
         form-action {own}; base-uri 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn policy(how: Confinement) -> Option<String> {
        let origin = Origin { scheme: "https", host: "tv.example.org".into(), port: 443 };
        let response = confined(Response::new(Body::empty()), how, "mine", &origin);
        response.headers().get(CONTENT_SECURITY_POLICY).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn answers_of_plugins_from_elsewhere_do_not_run_on_the_panels_origin() {
        assert_eq!(policy(Confinement::None), None);
        assert!(policy(Confinement::Sandbox).unwrap().starts_with("sandbox;"));
        let pages = policy(Confinement::Pages).unwrap();
        assert!(pages.contains("script-src https://tv.example.org:443/x/mine/;"), "{pages}");
        assert!(!pages.contains("unsafe") && !pages.contains("'self'"), "{pages}");
    }
}
