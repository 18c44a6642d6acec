//! What a playlist's entry asks of the player beside its address: the headers among it are kept for the source, the
//! rest is named.

use crate::clean::{is_too_long, one_line};
use crate::tag::after_tag;
use host_core::source::check_headers;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// Headers that entries ask for, under all their names.
const HEADERS: [(&str, &str); 10] = [
    ("http-user-agent", "User-Agent"),
    ("user-agent", "User-Agent"),
    ("http-referrer", "Referer"),
    ("http-referer", "Referer"),
    ("referer", "Referer"),
    ("http-origin", "Origin"),
    ("origin", "Origin"),
    ("http-cookie", "Cookie"),
    ("cookie", "Cookie"),
    ("authorization", "Authorization"),
];

/// One thing that is asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// As it is called there, for reports.
    pub(crate) name: String,
    /// The headers that are meant; empty for an option that is not a header.
    headers: BTreeMap<String, String>,
}

impl Asked {
    fn new(name: &str, value: &str) -> Option<Asked> {
        let name = one_line(name);
        let known = HEADERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
        let headers = known.map(|(_, header)| ((*header).to_owned(), value.trim().to_owned()));
        let headers = headers.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        (!name.is_empty() && !is_too_long(&name)).then_some(Asked { name, headers })
    }
}

/// What a line beside the address asks: `#EXTVLCOPT:http-user-agent=x`, `#KODIPROP:a=b`, `#EXTHTTP:{"cookie":"x"}`.
pub(crate) fn in_line(text: &str) -> Option<Asked> {
    if let Some(json) = after_tag(text, "#EXTHTTP:") {
        let headers = serde_json::from_str(json).unwrap_or_default();
        return Some(Asked { name: "EXTHTTP".to_owned(), headers });
    }
    let rest = after_tag(text, "#EXTVLCOPT:").or_else(|| after_tag(text, "#KODIPROP:"))?;
    let (name, value) = rest.split_once('=').unwrap_or((rest, ""));
    Asked::new(name, value)
}

/// What stands behind an address: `User-Agent=…&Referer=…`, each value as in a form.
pub(crate) fn behind_address(options: &str) -> Vec<Asked> {
    let asked = |option: &str| {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        Asked::new(name, &percent_decode_str(value).decode_utf8_lossy())
    };
    options.split('&').filter_map(asked).collect()
}

/// The headers of everything that is asked, and the names of what is not kept, each once. Nothing is where
/// `is_sent` says that no request is sent; what a source cannot have is not either.
pub(crate) fn sorted(asked: Vec<Asked>, is_sent: bool) -> (BTreeMap<String, String>, Vec<String>) {
    let (mut headers, mut names) = (BTreeMap::new(), Vec::new());
    for Asked { name, headers: wanted } in asked {
        let mut with: BTreeMap<String, String> = headers.clone();
        // The same header may be called by other letters.
        with.retain(|known: &String, _| !wanted.keys().any(|name| name.eq_ignore_ascii_case(known)));
        with.extend(wanted.clone());
        if is_sent && !wanted.is_empty() && check_headers(&with).is_ok() {
            headers = with;
        } else {
            names.push(name);
        }
    }
    names.sort();
    names.dedup();
    (headers, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_kept_under_their_own_names_and_the_rest_is_named() {
        let lines = ["#EXTVLCOPT:http-user-agent=Box/1.0", "#extvlcopt:network-caching=9", "#KODIPROP:a.b=c"];
        let mut asked: Vec<_> = lines.into_iter().filter_map(in_line).collect();
        asked.extend(behind_address("Referer=http%3A%2F%2Fp%2F&verifypeer=false"));
        asked.extend(in_line(r#"#EXTHTTP:{"x-pass":"secret","user-agent":"Other"}"#));
        let (headers, names) = sorted(asked.clone(), true);
        let wanted = [("Referer", "http://p/"), ("user-agent", "Other"), ("x-pass", "secret")];
        assert_eq!(headers, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert_eq!(names, ["a.b", "network-caching", "verifypeer"]);
        let (headers, names) = sorted(asked, false);
        assert!(headers.is_empty() && names.len() == 6, "{names:?}");
    }

    #[test]
    fn what_a_source_cannot_have_is_named_and_does_not_cost_the_entry() {
        let asked = [r#"#EXTHTTP:{"host":"h"}"#, "#EXTHTTP:[1]", "#EXTVLCOPT:http-user-agent=\u{e4}"];
        let (headers, names) = sorted(asked.into_iter().filter_map(in_line).collect(), true);
        assert!(headers.is_empty());
        assert_eq!(names, ["EXTHTTP", "http-user-agent"]);
    }
}
