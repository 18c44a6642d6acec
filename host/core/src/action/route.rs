//! The methods and paths that lead to an action, below the mounts of its surface.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A method and a path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionRoute {
    /// The method. A path that is read answers HEAD as well.
    pub method: Method,
    /// Below each mount: empty, or segments with `/` before each: `/customers/{id}/cancel`. Words win over `{name}`
    /// segments; `{*name}` at the end takes all that is left.
    pub path: String,
}

impl ActionRoute {
    /// Whether some path leads to both of these, with the same method.
    pub fn overlaps(&self, other: &ActionRoute) -> bool {
        self.method == other.method && overlap(&segments(&self.path), &segments(&other.path))
    }

    /// Whether it is the same method and path as another, whatever the variable segments are called.
    pub fn meets(&self, other: &ActionRoute) -> bool {
        let shape = |path: &str| -> Vec<String> {
            let segment = |text: &str| match (text.starts_with("{*"), text.starts_with('{')) {
                (true, _) => "{*}".to_owned(),
                (_, true) => "{}".to_owned(),
                _ => text.to_ascii_lowercase(),
            };
            path.split('/').filter(|text| !text.is_empty()).map(segment).collect()
        };
        self.method == other.method && shape(&self.path) == shape(&other.path)
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

fn overlap(one: &[&str], other: &[&str]) -> bool {
    let is_variable = |segment: &str| segment.starts_with('{');
    match (one.split_first(), other.split_first()) {
        (None, None) => true,
        (None, _) | (_, None) => false,
        (Some((a, _)), Some((b, _))) if a.starts_with("{*") || b.starts_with("{*") => true,
        (Some((a, ones)), Some((b, others))) => {
            (is_variable(a) || is_variable(b) || a.eq_ignore_ascii_case(b)) && overlap(ones, others)
        }
    }
}

/// A method of HTTP that an action may have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Makes something, or does something.
    Post,
    /// Sets the whole.
    Put,
    /// Sets what is sent.
    Patch,
    /// Takes away.
    Delete,
}

impl Method {
    /// As requests name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    /// The method of a request that has this name; HEAD asks for what GET would answer.
    pub fn of(name: &str) -> Option<Method> {
        Some(match name {
            "GET" | "HEAD" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            _ => return None,
        })
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_meet_where_the_same_requests_lead_to_both() {
        let route = |path: &str| ActionRoute { method: Method::Get, path: path.into() };
        assert!(route("/customers/{id}").meets(&route("/Customers/{customer}/")));
        assert!(!route("/customers/{id}").meets(&route("/customers/new")), "words win over variable segments");
        assert!(route("/customers/{id}").overlaps(&route("/customers/new")));
        assert!(
            route("/app/{*file}").overlaps(&route("/app/js/app.js")) && !route("/app/{*file}").overlaps(&route("/app"))
        );
        assert!(!route("/a").meets(&ActionRoute { method: Method::Post, path: "/a".into() }));
    }
}
