//! Places that answers name: below the mount that was asked, and the next page of the list that was asked for.
//! None of them leads to another host.

use host_core::action::Surface;
use http::Uri;

/// A place below the mount, whose segments are the first ones of the asked path: with them it keeps the access code.
pub(crate) fn below_mount(asked: &str, segments: usize, place: &str) -> String {
    let mut path = String::with_capacity(asked.len() + place.len());
    for segment in asked.split('/').filter(|segment| !segment.is_empty()).take(segments) {
        path.push('/');
        // They may stand in a path, and mean something in a header.
        path.push_str(&segment.replace(';', "%3B").replace(',', "%2C"));
    }
    path.push_str(place);
    if path.is_empty() { "/".to_owned() } else { path }
}

/// The asked path without slashes that say nothing: two at its front would name another host.
pub(crate) fn tidy(asked: &str) -> String {
    below_mount(asked, usize::MAX, "")
}

/// The link to the next page: what was asked, from the cursor on, without what the caller showed of themselves.
pub(super) fn next_page(asked: &Uri, parameter: &str, cursor: &str, surface: &Surface) -> String {
    let is_left_out =
        |name: &str| name == parameter || surface.credential_parameters().any(|credential| credential == name);
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(asked.query().unwrap_or_default().as_bytes()) {
        if !is_left_out(&name) {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair(parameter, cursor);
    format!("<{}?{}>; rel=\"next\"", tidy(asked.path()), query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_lies_below_the_mount_with_its_access_code() {
        assert_eq!(below_mount("/s3cret/rest/customers", 2, "/customers/7"), "/s3cret/rest/customers/7");
        assert_eq!(below_mount("//x//rest/", 2, ""), "/x/rest");
        assert_eq!(below_mount("/x/a;Domain=evil", 2, ""), "/x/a%3BDomain=evil");
        assert_eq!(tidy("//evil.example/x/"), "/evil.example/x");
    }

    #[test]
    fn the_next_page_is_asked_for_like_this_one_but_without_the_key() {
        let surface = serde_json::json!({"name": "s", "mounts": [], "credentials": [{"kind": "api_key", "parameter": "k"}],
            "envelope": {"success": "{data}", "refusal": "{message}"}, "refusals": {}});
        let link = |query: &str| {
            let uri = format!("/x/rest/customers?{query}").parse().unwrap();
            next_page(&uri, "cursor", "c 2", &serde_json::from_value(surface.clone()).unwrap())
        };
        assert_eq!(link("limit=2&cursor=c1&k=s3cret"), "</x/rest/customers?limit=2&cursor=c+2>; rel=\"next\"");
    }
}
