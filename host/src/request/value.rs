//! Values of arguments that have a form of their own. What does not have it is wrong usage, and said so before
//! anything is opened.

use anyhow::{Context, ensure};
use clap::builder::{PathBufValueParser, TypedValueParser};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::path::PathBuf;

/// `KEY=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("it is written KEY=VALUE".into()),
    }
}

/// A parameter's value as it was typed: itself, or where it stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// Itself: `KEY=VALUE`, and what was read of the others.
    Text(String),
    /// In a file: `KEY=@FILE`.
    File(PathBuf),
    /// It comes by standard input: `KEY=-`.
    Input,
}

impl Given {
    /// The text; empty before it was read.
    pub(super) fn text(&self) -> &str {
        match self {
            Given::Text(text) => text,
            Given::File(_) | Given::Input => "",
        }
    }

    /// Reads what is not there yet, up to `most` bytes; one line break at its end is left out.
    ///
    /// # Errors
    /// When it cannot be read, is longer, or is no text; the error names the parameter and where its value stands.
    pub(super) fn read(&mut self, name: &str, most: usize) -> anyhow::Result<()> {
        let (source, place): (Box<dyn Read>, _) = match self {
            Given::Text(_) => return Ok(()),
            Given::File(path) => {
                let file = File::open(&*path);
                (
                    Box::new(file.with_context(|| format!("{name}: {} cannot be read", path.display()))?),
                    path.display().to_string(),
                )
            }
            Given::Input => (Box::new(std::io::stdin()), "standard input".to_owned()),
        };
        let mut bytes = Vec::new();
        let read = source.take(most as u64 + 1).read_to_end(&mut bytes);
        read.with_context(|| format!("{name}: {place} cannot be read"))?;
        ensure!(bytes.len() <= most, "{name}: {place} holds more than the {most} bytes that a request may have");
        let text = String::from_utf8(bytes).ok().with_context(|| format!("{name}: {place} holds no UTF-8 text"))?;
        let text = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).unwrap_or(&text);
        *self = Given::Text(text.to_owned());
        Ok(())
    }
}

/// `KEY=VALUE`, `KEY=@FILE` or `KEY=-`; `@@` at the front of a value stands for one `@`.
pub(super) fn given(text: &str) -> Result<(String, Given), String> {
    let (key, value) = pair(text)?;
    let given = match value.strip_prefix('@') {
        Some(rest) if rest.starts_with('@') => Given::Text(rest.to_owned()),
        Some("") => return Err("a file is written KEY=@FILE; a value that begins with @, KEY=@@…".into()),
        Some(path) => Given::File(path.into()),
        None if value == "-" => Given::Input,
        None => Given::Text(value),
    };
    Ok((key, given))
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

    #[test]
    fn a_value_may_stand_in_a_file_and_begins_with_two_at_signs_where_one_is_meant() {
        let text = |text: &str| Given::Text(text.to_owned());
        for (typed, meant) in [
            ("a=b", text("b")),
            ("a=", text("")),
            ("a=@@home", text("@home")),
            ("a=x@y", text("x@y")),
            ("a=--", text("--")),
            ("a=-", Given::Input),
            ("a=@/run/secret", Given::File("/run/secret".into())),
        ] {
            assert_eq!(given(typed), Ok(("a".to_owned(), meant)), "{typed}");
        }
        assert!(given("a=@").is_err() && given("=@x").is_err());
    }

    #[test]
    fn what_is_read_of_a_file_is_its_text_without_the_last_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let read = |content: &[u8], most| {
            std::fs::write(&path, content).unwrap();
            let mut given = Given::File(path.clone());
            given.read("password", most).map(|()| given.text().to_owned()).map_err(|error| error.to_string())
        };
        assert_eq!(read(b"two\nlines\r\n", 64), Ok("two\nlines".into()));
        assert_eq!(read(b"", 64), Ok(String::new()));
        assert!(read(b"12345", 4).unwrap_err().contains("more than the 4 bytes"));
        assert!(read(b"\xff", 4).unwrap_err().starts_with("password: "));
        let mut missing = Given::File("/nowhere".into());
        assert!(missing.read("password", 4).unwrap_err().to_string().contains("/nowhere"));
    }
}
