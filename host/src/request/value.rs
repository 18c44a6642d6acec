//! Values of arguments that have a form of their own. What does not have it is wrong usage, and said so before
//! anything is opened.

use clap::builder::{PathBufValueParser, TypedValueParser};
use ipnet::IpNet;
use std::net::IpAddr;
use std::path::PathBuf;

/// `KEY=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("it is written KEY=VALUE".into()),
    }
}

/// `SURFACE/ACTION`.
pub(super) fn action(text: &str) -> Result<String, String> {
    match text.split_once('/') {
        Some((surface, action)) if !surface.is_empty() && !action.is_empty() => Ok(text.to_owned()),
        _ => Err("an action is written SURFACE/ACTION: reseller/create_line".into()),
    }
}

/// A file as it is called from everywhere, because a running panel has another working directory. Whether it can
/// be read shows when it is.
pub(super) fn file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| path.canonicalize().or_else(|_| std::path::absolute(&path)).unwrap_or(path))
}

/// A network, or an address as a network of one.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    net.ok_or_else(|| "it is an address or a network: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32".into())
}

/// A moment, or the beginning of a day in UTC, in unix seconds.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    let moment = text.parse::<jiff::Timestamp>().ok();
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let found = moment.or_else(|| day().map(|day| day.timestamp()));
    found.map(jiff::Timestamp::as_second).ok_or_else(|| "it is a date: 2030-12-31, 2030-12-31T18:00:00Z".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_moment_or_the_begin_of_a_day() {
        assert_eq!(moment("2030-12-31"), Ok(1_924_905_600));
        assert_eq!(moment("2030-12-31T18:00:00Z"), Ok(1_924_905_600 + 18 * 3_600));
        assert_eq!(moment("2030-12-31T18:00:00+02:00"), Ok(1_924_905_600 + 16 * 3_600));
        for bad in ["", "tomorrow", "2030-02-30", "31.12.2030", "1924905600"] {
            assert!(moment(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_address_is_a_network_of_one() {
        assert_eq!(network("192.0.2.7").unwrap().to_string(), "192.0.2.7/32");
        assert_eq!(network("2001:db8::/32").unwrap().to_string(), "2001:db8::/32");
        assert!(network("192.0.2.0/33").is_err() && network("home").is_err());
    }

    #[test]
    fn a_pair_has_a_key() {
        assert_eq!(pair("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert_eq!(pair("a="), Ok(("a".into(), String::new())));
        assert!(pair("=b").is_err() && pair("a").is_err());
    }
}
