//! Paths that lead to their routes, and routes that clash.

use super::*;

/// A table like a tenant's, of routes with every sort of segment.
const TEMPLATES: &[&str] = &[
    "/live/{username}/{password}/{stream#}",
    "/movie/{username}/{password}/{stream#}",
    "/hls/{token}",
    "/{username}/{password}/{stream#}",
    "/player_api.php",
    "/playlist/{username}/{password}",
    "/playlist/{username}/{password}/{type}",
    "/{code}/reseller/index.php",
];

fn table() -> Routes<usize> {
    let mut routes = Routes::new();
    for (index, template) in TEMPLATES.iter().enumerate() {
        let owner = template.to_string();
        assert_eq!(routes.add(Methods::READ, template, &owner, index), Ok(()), "{template}");
    }
    routes
}

fn found(path: &str) -> Option<(&'static str, String)> {
    let routes = table();
    let found = routes.find(&http::Method::GET, path)?;
    let captures: Vec<_> = found.captures.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Some((TEMPLATES[*found.target], captures.join(" ")))
}

#[test]
fn each_path_leads_to_its_route() {
    for (path, template, captures) in [
        ("/player_api.php", "/player_api.php", ""),
        ("//player_api.php", "/player_api.php", ""),
        ("/live/u/p/101.ts", "/live/{username}/{password}/{stream#}", "username=u password=p stream=101.ts"),
        ("/u/p/101", "/{username}/{password}/{stream#}", "username=u password=p stream=101"),
        ("/u%20x/p/101", "/{username}/{password}/{stream#}", "username=u%20x password=p stream=101"),
        ("/s3cretcode/reseller/index.php", "/{code}/reseller/index.php", "code=s3cretcode"),
        ("/u/reseller/101.ts", "/{username}/{password}/{stream#}", "username=u password=reseller stream=101.ts"),
        ("/playlist/u/p", "/playlist/{username}/{password}", "username=u password=p"),
        ("/hls/abc", "/hls/{token}", "token=abc"),
        ("/player_api.php/", "/player_api.php", ""),
        ("/Player_API.php", "/player_api.php", ""),
        ("/live//u/p/1.ts", "/live/{username}/{password}/{stream#}", "username=u password=p stream=1.ts"),
        ("/LIVE/U/P/1.TS/", "/live/{username}/{password}/{stream#}", "username=U password=P stream=1.TS"),
        ("//u//p//1", "/{username}/{password}/{stream#}", "username=u password=p stream=1"),
        ("/s3cretcode/Reseller/Index.PHP", "/{code}/reseller/index.php", "code=s3cretcode"),
    ] {
        assert_eq!(found(path), Some((template, captures.to_owned())), "{path}");
    }
    for path in [
        "/",
        "/nothing",
        "/live/u/p",
        "/live/u/p/x",
        "/u/p/index.php",
        "/movie/reseller/index.php",
        "/u//1",
        "/live/u/101",
        "/Live/u/101",
        "/live//101",
    ] {
        assert_eq!(found(path), None, "{path}");
    }
}

#[test]
fn a_mount_that_would_share_a_path_is_refused_by_name() {
    for (mount, other) in [
        ("/player_api.php", "/player_api.php"),
        ("/{code}/{action}/{id}", "/{username}/{password}/{stream#}"),
        ("/{code}/x/7.ts", "/{username}/{password}/{stream#}"),
        ("/playlist/{a}/{b}", "/playlist/{username}/{password}"),
        ("/{x}/reseller/{y}", "/{username}/{password}/{stream#}"),
        ("/live/a/b/7", "/live/{username}/{password}/{stream#}"),
    ] {
        assert_eq!(table().add(Methods::READ, mount, "new", 0), Err(Clash::With(other.to_owned())), "{mount}");
    }
    assert_eq!(table().add(Methods::READ, "/shop/list", "new", 0), Err(Clash::Unreserved));
    assert_eq!(table().add(Methods::READ, "/x/shop/list", "new", 0), Ok(()));
}

#[test]
fn a_stream_is_a_number_with_or_without_extension() {
    assert_eq!(stream_file("101"), Some((101, None)));
    assert_eq!(stream_file("101.m3u8"), Some((101, Some("m3u8"))));
    for bad in ["", "x", "101.", "-1", "+1", "101.t s", "99999999999", "4294967296", "101.ts.x"] {
        assert_eq!(stream_file(bad), None, "{bad:?}");
    }
}

#[test]
fn words_win_over_variable_segments_and_each_method_has_its_own_way() {
    let mut routes = Routes::new();
    let mut add = |method: &str, path: &str| {
        let methods = Methods::one(host_core::action::Method::of(method).unwrap());
        routes.add(methods, path, "rest", format!("{method} {path}"))
    };
    for (method, path) in [
        ("GET", "/x/rest/customers/{id}"),
        ("DELETE", "/x/rest/customers/{customer}"),
        ("GET", "/x/rest/customers/new"),
        ("GET", "/x/rest/files/{*path}"),
    ] {
        assert_eq!(add(method, path), Ok(()), "{method} {path}");
    }
    assert_eq!(add("GET", "/x/rest/customers/{other}"), Err(Clash::With("/x/rest/customers/{id}".into())));
    assert_eq!(add("GET", "/x/rest/a{b}"), Err(Clash::NoPath));
    assert_eq!(add("GET", "/x/rest/{*a}/b"), Err(Clash::NoPath));
    let found = |method: http::Method, path: &str| {
        let found = routes.find(&method, path)?;
        let captures: Vec<_> = found.captures.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let target = if found.is_allowed { found.target.as_str() } else { "405" };
        Some(format!("{target} {} [{}]", captures.join(" "), found.methods))
    };
    use http::Method;
    for (method, path, expected) in [
        (Method::GET, "/x/rest/customers/7", "GET /x/rest/customers/{id} id=7 [GET, HEAD, DELETE]"),
        (Method::HEAD, "/x/rest/customers/7", "GET /x/rest/customers/{id} id=7 [GET, HEAD, DELETE]"),
        (Method::DELETE, "/x/rest/customers/A", "DELETE /x/rest/customers/{customer} customer=A [GET, HEAD, DELETE]"),
        (Method::GET, "/x/rest/customers/new", "GET /x/rest/customers/new  [GET, HEAD]"),
        (Method::PUT, "/x/rest/customers/7", "405 id=7 [GET, HEAD, DELETE]"),
        (Method::GET, "/x/rest/files/a/B.js", "GET /x/rest/files/{*path} path=a/B.js [GET, HEAD]"),
    ] {
        assert_eq!(found(method, path).unwrap(), expected, "{path}");
    }
    assert_eq!(found(Method::GET, "/x/rest/files"), None);
    assert!(routes.add(Methods::READ, "/x/rest/{a}/{b}", "other", String::new()).is_err());
}
