//! The address of a playlist's entry: what can be played, what cannot and why, and what it asks
//! of the player behind a `|`.

use crate::asked::{Asked, behind_address};
use host_core::import::Skipped;
use host_core::reception::{Reception, is_reception};
use url::Url;

/// Protocols that players know and this panel does not play, with their words in reports.
const PROTOCOLS: [(&str, &str); 13] = [
    ("ftp", "protocol_ftp"),
    ("mms", "protocol_mms"),
    ("mmsh", "protocol_mms"),
    ("plugin", "protocol_plugin"),
    ("rtmp", "protocol_rtmp"),
    ("rtmpe", "protocol_rtmp"),
    ("rtmps", "protocol_rtmp"),
    ("rtmpt", "protocol_rtmp"),
    ("rtsp", "protocol_rtsp"),
    ("rtsps", "protocol_rtsp"),
    ("rtspu", "protocol_rtsp"),
    ("srt", "protocol_srt"),
    ("acestream", "protocol_acestream"),
];
/// Web sites whose addresses are pages with a player in them.
const PAGES: [&str; 6] = ["youtube.com", "youtu.be", "twitch.tv", "dailymotion.com", "facebook.com", "vimeo.com"];

/// An address that can be played.
#[derive(Debug)]
pub(crate) struct Address {
    /// As it stands in the file, because sources are compared by it; only the scheme is brought
    /// to lower case.
    pub(crate) text: String,
    /// Of one on the web.
    pub(crate) url: Option<Url>,
    /// What it asks of the player, such as `User-Agent`.
    pub(crate) options: Vec<Asked>,
}

/// Reads an address: http or https, with a host and without a login; or udp or rtp, with a group or a local address.
pub(crate) fn read(address: &str) -> Result<Address, Skipped> {
    let plain: String = address.chars().filter(|c| !c.is_control()).collect();
    let (plain, options) = match plain.split_once('|') {
        Some((url, options)) if options.contains('=') => (url.trim_end(), behind_address(options)),
        _ => (plain.as_str(), Vec::new()),
    };
    if let Some(reason) = protocol(plain) {
        return Err(reason);
    }
    if let Some(datagrams) = lower_scheme(plain).filter(|plain| is_reception(plain)) {
        return read_reception(&datagrams, options);
    }
    let url = Url::parse(plain).map_err(|_| Skipped::BadUrl)?;
    // `http:h/a` parses too, and is not what its writer meant.
    let (_, rest) = plain.split_once("://").ok_or(Skipped::BadUrl)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Skipped::BadUrl);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Skipped::LoginInUrl);
    }
    if let Some(reason) = no_stream(&url) {
        return Err(reason);
    }
    Ok(Address { text: format!("{}://{rest}", url.scheme()), url: Some(url), options })
}

fn lower_scheme(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    Some(format!("{}://{rest}", scheme.to_ascii_lowercase()))
}

/// Reads where datagrams arrive. Options that tune a player's own buffers are named and left out.
fn read_reception(address: &str, mut options: Vec<Asked>) -> Result<Address, Skipped> {
    let (plain, query) = address.split_once('?').unwrap_or((address, ""));
    let (mut text, mut sign) = (plain.to_owned(), '?');
    for option in query.split('&').filter(|option| !option.is_empty()) {
        if option.starts_with("localaddr=") {
            text.push(sign);
            text.push_str(option);
            sign = '&';
        } else {
            options.extend(behind_address(option));
        }
    }
    Reception::read(&text, None).map_err(|_| Skipped::BadUrl)?;
    Ok(Address { text, url: None, options })
}

fn protocol(address: &str) -> Option<Skipped> {
    let (scheme, _) = address.split_once("://")?;
    let known = PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(scheme))?;
    Some(Skipped::Protocol(known.1))
}

/// What an address of the web is, when it can be told from its letters that it is not a stream.
fn no_stream(url: &Url) -> Option<Skipped> {
    let path = url.path().to_ascii_lowercase();
    if path.ends_with(".mpd") || path.ends_with(".ism/manifest") || path.ends_with(".isml/manifest") {
        return Some(Skipped::Manifest);
    }
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let is_of = |site: &&str| host == **site || host.strip_suffix(*site).is_some_and(|sub| sub.ends_with('.'));
    let is_page = path.ends_with(".html") || path.ends_with(".htm") || PAGES.iter().any(is_of);
    is_page.then_some(Skipped::WebPage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(address: &Address) -> Vec<&str> {
        address.options.iter().map(|asked| asked.name.as_str()).collect()
    }

    #[test]
    fn an_address_is_kept_as_it_stands_without_what_it_asks_of_players() {
        let address = read("HTTP://h/a?q=1|User-Agent=x&Referer=y").unwrap();
        assert_eq!(address.text, "http://h/a?q=1");
        assert_eq!(names(&address), ["User-Agent", "Referer"]);
        assert_eq!(read("https://h/b|c").unwrap().text, "https://h/b|c");
    }

    #[test]
    fn groups_are_kept_without_what_tunes_a_player() {
        for (address, text, options) in [
            ("udp://@239.0.0.1:1234", "udp://@239.0.0.1:1234", &[][..]),
            ("RTP://239.0.0.1:5004", "rtp://239.0.0.1:5004", &[]),
            ("udp://[ff15::1]:1234", "udp://[ff15::1]:1234", &[]),
            (
                "udp://10.0.0.9@232.0.0.1:1?fifo_size=9&localaddr=10.0.0.1&x",
                "udp://10.0.0.9@232.0.0.1:1?localaddr=10.0.0.1",
                &["fifo_size", "x"],
            ),
        ] {
            let read = read(address).unwrap();
            assert_eq!((read.text.as_str(), names(&read).as_slice()), (text, options));
        }
    }

    #[test]
    fn what_cannot_be_played_is_named() {
        for (address, reason) in [
            ("rtmp://h/a", "protocol_rtmp"),
            ("RTMPS://h/a", "protocol_rtmp"),
            ("rtsp://h/a", "protocol_rtsp"),
            ("udp://@239.0.0.1", "bad_url"),
            ("rtp://tv.example.org:1234", "bad_url"),
            ("srt://h:9000?mode=caller", "protocol_srt"),
            ("mmsh://h/a", "protocol_mms"),
            ("https://h/live/a.mpd?x=1", "manifest_of_dash_or_smooth"),
            ("https://h/a.ism/Manifest", "manifest_of_dash_or_smooth"),
            ("https://www.youtube.com/watch?v=1", "web_page"),
            ("https://h/player/index.html", "web_page"),
            ("http://user:pass@h/a", "login_in_url"),
            ("file:///etc/passwd", "bad_url"),
            ("http:///", "bad_url"),
            ("http:h/a", "bad_url"),
            ("[NO PUBLIC STREAM]", "bad_url"),
        ] {
            assert_eq!(read(address).unwrap_err().as_str(), reason, "{address}");
        }
        assert!(read("https://notyoutube.com/a").is_ok());
    }
}
