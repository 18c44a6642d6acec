//! Who is not let in, or does not come far: what they are told, and what metrics and log say of it.
//! Strangers can make all of it happen as often as they like, so the log says how often it did.

use super::capacity::Full;
use crate::seldom::Seldom;
use metrics::counter;
use rustix::io::Errno;
use rustls::AlertDescription;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpStream;
use tokio::time::Instant;

const ACCEPT_ERRORS: &str = "linecard_http_accept_errors_total";
const HEADLESS: &str = "linecard_http_proxy_refused_total";
const HANDSHAKES: &str = "linecard_http_handshake_failures_total";

/// What a client hears that is not let in.
const NO_ROOM: &str = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 42\r\n\r\nToo many connections; close some or wait.\n";

/// Why a connection that has to begin with a PROXY header is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Headless {
    /// It comes from a peer that is not listed.
    Untrusted,
    /// The header did not come whole in time.
    Late,
    /// The connection ended before.
    Gone,
    /// What came is no header.
    Malformed,
    /// The header is longer than any.
    Long,
}

impl Headless {
    const ALL: [Headless; 5] =
        [Headless::Untrusted, Headless::Late, Headless::Gone, Headless::Malformed, Headless::Long];

    const fn name(self) -> &'static str {
        match self {
            Headless::Untrusted => "untrusted",
            Headless::Late => "late",
            Headless::Gone => "gone",
            Headless::Malformed => "malformed",
            Headless::Long => "long",
        }
    }
}

/// What may be wrong with taking a connection.
const KINDS: [&str; 5] = ["process_files", "system_files", "memory", "client", "other"];

/// Which of them it is. `client`: one that went away while it waited, or whose packets no longer come.
fn kind(error: &io::Error) -> &'static str {
    match Errno::from_io_error(error) {
        Some(Errno::MFILE) => "process_files",
        Some(Errno::NFILE) => "system_files",
        Some(Errno::NOBUFS | Errno::NOMEM) => "memory",
        Some(
            Errno::CONNABORTED
            | Errno::CONNRESET
            | Errno::INTR
            | Errno::PROTO
            | Errno::NETDOWN
            | Errno::NETUNREACH
            | Errno::HOSTUNREACH,
        ) => "client",
        _ => "other",
    }
}

/// Why a handshake failed; none is one that took too long.
const WHYS: [&str; 6] = ["late", "gone", "not_tls", "incompatible", "certificate", "other"];

fn why(error: Option<&io::Error>) -> &'static str {
    let Some(error) = error else { return "late" };
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidMessage(_)) => "not_tls",
        Some(rustls::Error::PeerIncompatible(_)) => "incompatible",
        Some(rustls::Error::AlertReceived(alert)) => match alert {
            AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::UnsupportedCertificate => "certificate",
            _ => "other",
        },
        Some(_) => "other",
        // The library says nothing of its own of a client that hangs up.
        None => "gone",
    }
}

/// What one listener says of those whom it does not answer.
pub(crate) struct TurnedAway {
    listener: SocketAddr,
    since: Instant,
    full: Seldom,
    failed: Seldom,
    headless: Seldom,
    unshaken: Seldom,
}

impl TurnedAway {
    /// Of the listener at this address. Every metric is there from the start, as nothing.
    pub(crate) fn new(listener: SocketAddr) -> TurnedAway {
        KINDS.iter().for_each(|kind| counter!(ACCEPT_ERRORS, "kind" => *kind).increment(0));
        Headless::ALL.iter().for_each(|why| counter!(HEADLESS, "why" => why.name()).increment(0));
        WHYS.iter().for_each(|why| counter!(HANDSHAKES, "why" => *why).increment(0));
        TurnedAway {
            listener,
            since: Instant::now(),
            full: Seldom::once_a_second(),
            failed: Seldom::once_a_second(),
            headless: Seldom::once_a_minute(),
            unshaken: Seldom::once_a_minute(),
        }
    }

    /// There was no room for a client, which is told so where it is `plain`. Capacity has counted it.
    pub(crate) fn no_room(&self, full: Full, client: IpAddr, plain: Option<TcpStream>) {
        if let Some(times) = self.full.note(self.since.elapsed()) {
            let (listener, why) = (self.listener, full.name());
            tracing::warn!(
                %listener, why, %client, times,
                "no room for a connection; [limits] says how many there are"
            );
        }
        if let Some(stream) = plain {
            tell_no_room(stream);
        }
    }

    /// A connection could not be taken. Whether the machine has to breathe before the next one.
    pub(crate) fn not_taken(&self, error: &io::Error) -> bool {
        let kind = kind(error);
        counter!(ACCEPT_ERRORS, "kind" => kind).increment(1);
        if kind == "client" {
            return false;
        }
        if let Some(times) = self.failed.note(self.since.elapsed()) {
            tracing::error!(listener = %self.listener, %error, kind, times, "connections cannot be taken");
        }
        true
    }

    /// A connection is closed for what should have stood at its beginning.
    pub(crate) fn headless(&self, why: Headless, peer: IpAddr) {
        counter!(HEADLESS, "why" => why.name()).increment(1);
        // Whoever only looks whether the port is open needs no line.
        if why != Headless::Gone
            && let Some(times) = self.headless.note(self.since.elapsed())
        {
            let (listener, why) = (self.listener, why.name());
            tracing::warn!(
                %listener, why, %peer, times,
                "a connection without a PROXY header from one of [http] trusted_proxies was closed"
            );
        }
    }

    /// A handshake failed, by this error or because it took too long.
    pub(crate) fn unshaken(&self, error: Option<&io::Error>, client: IpAddr) {
        let why = why(error);
        counter!(HANDSHAKES, "why" => why).increment(1);
        if why != "gone"
            && let Some(times) = self.unshaken.note(self.since.elapsed())
        {
            let said = error.map(ToString::to_string).unwrap_or_default();
            tracing::info!(listener = %self.listener, why, %client, times, error = said, "a TLS handshake failed");
        }
    }
}

/// Says so to a client that is not let in, if its socket takes it at once.
fn tell_no_room(stream: TcpStream) {
    let Ok(mut stream) = stream.into_std() else { return };
    // What it has sent is read first: closing a socket with unread bytes takes the answer back.
    let _ = stream.read(&mut [0; 4_096]);
    let _ = stream.write(NO_ROOM.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn the_answer_to_who_is_not_let_in_is_as_long_as_it_says() {
        let (head, body) = NO_ROOM.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
    }

    #[test]
    fn the_machine_breathes_when_it_has_no_room_and_not_for_a_client_that_went_away() {
        let turned_away = TurnedAway::new("127.0.0.1:1".parse().unwrap());
        for (errno, expected) in [
            (Errno::MFILE, "process_files"),
            (Errno::NFILE, "system_files"),
            (Errno::NOBUFS, "memory"),
            (Errno::NOMEM, "memory"),
            (Errno::CONNABORTED, "client"),
            (Errno::INTR, "client"),
            (Errno::PERM, "other"),
        ] {
            let error = io::Error::from(errno);
            assert_eq!(kind(&error), expected, "{error}");
            assert_eq!(turned_away.not_taken(&error), expected != "client", "{error}");
            assert!(KINDS.contains(&kind(&error)));
        }
    }

    #[test]
    fn a_failed_handshake_has_a_reason() {
        use rustls::{Error, InvalidMessage, PeerIncompatible};
        let inner = |error: Error| io::Error::new(ErrorKind::InvalidData, error);
        for (error, expected) in [
            (None, "late"),
            (Some(ErrorKind::UnexpectedEof.into()), "gone"),
            (Some(ErrorKind::ConnectionReset.into()), "gone"),
            (Some(inner(Error::InvalidMessage(InvalidMessage::InvalidContentType))), "not_tls"),
            (Some(inner(Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon))), "incompatible"),
            (Some(inner(Error::AlertReceived(AlertDescription::UnknownCA))), "certificate"),
            (Some(inner(Error::General("x".into()))), "other"),
        ] {
            let error: Option<io::Error> = error;
            assert_eq!(why(error.as_ref()), expected);
            assert!(WHYS.contains(&expected));
        }
    }
}
