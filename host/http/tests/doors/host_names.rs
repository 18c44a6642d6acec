//! A listener with several certificates: which one a client is shown, and how new files take the place of
//! old ones.

use crate::panel::Panel;
use host_http::{CertificateError, Config, Listener, Tls, check_certificates};
use rcgen::CertifiedKey;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme, crypto::ring};

/// Waits for what has to happen.
async fn soon<T>(happens: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), happens).await.expect("it happens")
}

/// Which certificates a client takes.
pub(crate) enum Trust {
    /// This one, for the name that it asks for.
    Only(CertificateDer<'static>),
    /// Any, so that a test can look at it.
    Any,
}

/// Takes whatever it is shown.
#[derive(Debug)]
struct Blind;

impl ServerCertVerifier for Blind {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// A connection of a client that asks for this host name, or for none.
pub(crate) async fn connect(panel: &Panel, name: Option<&str>, trust: Trust) -> std::io::Result<TlsStream<TcpStream>> {
    shake_hands(TcpStream::connect(panel.address).await?, name, trust).await
}

/// Likewise, over a connection that is there.
pub(crate) async fn shake_hands(
    tcp: TcpStream,
    name: Option<&str>,
    trust: Trust,
) -> std::io::Result<TlsStream<TcpStream>> {
    let builder = ClientConfig::builder();
    let mut config = match trust {
        Trust::Only(certificate) => {
            let mut roots = RootCertStore::empty();
            roots.add(certificate).unwrap();
            builder.with_root_certificates(roots).with_no_client_auth()
        }
        Trust::Any => builder.dangerous().with_custom_certificate_verifier(Arc::new(Blind)).with_no_client_auth(),
    };
    config.enable_sni = name.is_some();
    let server = ServerName::try_from(name.unwrap_or("unasked.test").to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(server, tcp).await
}

/// The certificate that a client gets that asks for this name.
async fn shown(panel: &Panel, name: Option<&str>) -> CertificateDer<'static> {
    let stream = soon(connect(panel, name, Trust::Any)).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].clone()
}

/// Waits until the panel shows this certificate for a name.
async fn until_shown(panel: &Panel, name: &str, certificate: &CertificateDer<'static>) {
    soon(async {
        while shown(panel, Some(name)).await != *certificate {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

/// The files of a certificate in this folder, which may not be there yet.
pub(crate) fn files(folder: &Path, name: &str) -> Tls {
    let path = |ending: &str| folder.join(format!("{name}.{ending}"));
    Tls { place: format!("[{name}]"), cert: path("pem"), key: path("key") }
}

/// Writes a fresh certificate for these host names, and returns what clients are shown.
pub(crate) fn write(folder: &Path, name: &str, hosts: &[&str]) -> CertificateDer<'static> {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(hosts).unwrap();
    let files = files(folder, name);
    std::fs::write(files.cert, cert.pem()).unwrap();
    std::fs::write(files.key, signing_key.serialize_pem()).unwrap();
    cert.der().clone()
}

/// A panel on a listener with these certificates.
async fn panel(folder: &Path, names: &[&str]) -> Panel {
    let tls = names.iter().map(|name| files(folder, name)).collect();
    let listener = Listener { tls, ..Listener::plain("127.0.0.1:0".parse().unwrap()) };
    Panel::with(Config { listeners: vec![listener], ..Config::default() }).await
}

#[tokio::test]
async fn each_host_name_has_its_certificate_and_the_first_is_for_everybody_else() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let first = write(folder, "first", &["panel.test"]);
    let wild = write(folder, "wild", &["*.tv.test"]);
    let own = write(folder, "own", &["tv.test", "a.tv.test"]);
    let panel = panel(folder, &["first", "wild", "own"]).await;
    for (name, expected) in [
        (Some("panel.test"), &first),
        (Some("b.tv.test"), &wild),
        (Some("B.TV.test"), &wild),
        (Some("a.tv.test"), &own),
        (Some("tv.test"), &own),
        (Some("elsewhere.test"), &first),
        (Some("127.0.0.1"), &first),
        (None, &first),
    ] {
        assert!(shown(&panel, name).await == *expected, "{name:?}");
    }
    // A client that looks at what it is shown goes on.
    for (name, certificate) in [("panel.test", first), ("b.tv.test", wild), ("tv.test", own)] {
        assert!(soon(connect(&panel, Some(name), Trust::Only(certificate))).await.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn files_that_change_are_taken_without_being_asked_to_and_bad_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (old, _) = (write(folder, "one", &["one.test"]), write(folder, "two", &["two.test"]));
    let panel = panel(folder, &["one", "two"]).await;
    let new = write(folder, "two", &["two.test", "also.test"]);
    until_shown(&panel, "two.test", &new).await;
    assert!(shown(&panel, Some("also.test")).await == new, "a name that it did not have before");
    // The key of another one.
    std::fs::copy(files(folder, "two").key, files(folder, "one").key).unwrap();
    let newer = write(folder, "two", &["two.test"]);
    until_shown(&panel, "two.test", &newer).await;
    assert!(shown(&panel, Some("one.test")).await == old);
    assert!(shown(&panel, Some("also.test")).await == old, "the name is gone with its certificate");
    // A name that another one has.
    write(folder, "one", &["one.test", "two.test"]);
    let newest = write(folder, "two", &["two.test", "more.test"]);
    until_shown(&panel, "more.test", &newest).await;
    assert!(shown(&panel, Some("one.test")).await == old);
    let right = write(folder, "one", &["one.test"]);
    until_shown(&panel, "one.test", &right).await;
}

#[tokio::test]
async fn a_name_may_move_from_one_certificate_to_another() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, "one", &["one.test", "moves.test"]);
    write(folder, "two", &["two.test"]);
    let panel = panel(folder, &["one", "two"]).await;
    let two = write(folder, "two", &["two.test", "moves.test"]);
    let one = write(folder, "one", &["one.test"]);
    panel.certificates.reload().await.unwrap();
    assert!(shown(&panel, Some("moves.test")).await == two);
    assert!(shown(&panel, Some("one.test")).await == one);
}

#[test]
fn certificates_that_cannot_be_used_are_told_by_field_and_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, hosts) in [("one", &["one.test"][..]), ("two", &["two.test", "one.test"]), ("none", &[])] {
        write(folder, name, hosts);
    }
    std::fs::write(folder.join("empty.pem"), "").unwrap();
    std::fs::write(folder.join("broken.pem"), "-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n")
        .unwrap();
    let [one, two, none] = ["one", "two", "none"].map(|name| files(folder, name));
    let with_cert = |name: &str| Tls { cert: folder.join(name), ..one.clone() };
    let with_key = |name: &str| Tls { key: folder.join(name), ..one.clone() };
    let check = |tls: &[&Tls]| check_certificates(&tls.iter().map(|files| (*files).clone()).collect::<Vec<_>>());
    for (tls, parts) in [
        (vec![&with_cert("absent.pem")], ["[one] tls_cert", "absent.pem", "No such file"]),
        (vec![&with_key("absent.key")], ["[one] tls_key", "absent.key", "No such file"]),
        (vec![&with_cert("empty.pem")], ["[one] tls_cert", "empty.pem", "no certificate"]),
        (vec![&with_cert("broken.pem")], ["[one] tls_cert", "broken.pem", "damaged"]),
        (vec![&with_key("one.pem")], ["[one] tls_key", "one.pem", "no private key"]),
        (vec![&with_key("two.key")], ["[one] tls_key", "two.key is not the key of", "one.pem"]),
        (vec![&one, &two], ["[two] tls_cert", "two.pem is for one.test", "one.pem ([one] tls_cert)"]),
        (vec![&one, &one], ["[one] tls_cert", "one.pem is for one.test", "one.pem ([one] tls_cert)"]),
        (vec![&one, &none], ["[none] tls_cert", "none.pem names no host", "subject alternative names"]),
    ] {
        let said = check(&tls).unwrap_err().to_string();
        assert!(parts.iter().all(|part| said.contains(part)), "{said}\n{parts:?}");
    }
    assert_eq!(check(&[&none, &one]), Ok::<_, CertificateError>(vec!["one.test".to_owned()]));
}
