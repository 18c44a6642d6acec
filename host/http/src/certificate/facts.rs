//! What a certificate says of itself.

use host_core::port::CertificateFacts;
use host_core::time::Unix;
use rustls::pki_types::CertificateDer;
use std::collections::BTreeSet;
use x509_parser::parse_x509_certificate;

/// Of a certificate that clients are shown, with the names that it is for; none for one that nothing can be read of.
pub(super) fn facts(certificate: &CertificateDer<'_>, names: &BTreeSet<String>) -> Option<CertificateFacts> {
    let (_, read) = parse_x509_certificate(certificate).ok()?;
    Some(CertificateFacts {
        domains: names.iter().cloned().collect(),
        issuer: read.issuer().to_string(),
        serial: hex::encode(read.raw_serial()),
        begins_at: Unix(read.validity().not_before.timestamp()),
        ends_at: Unix(read.validity().not_after.timestamp()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    #[test]
    fn a_certificate_says_how_long_it_is_valid_and_who_made_it() {
        let mut params = CertificateParams::new(["tv.test".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "Somebody");
        (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 2), date_time_ymd(2027, 1, 2));
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let facts = facts(certificate.der(), &["tv.test".to_owned()].into()).unwrap();
        assert_eq!((facts.begins_at, facts.ends_at), (Unix(1_767_312_000), Unix(1_798_848_000)));
        assert!(facts.issuer.contains("Somebody") && !facts.serial.is_empty(), "{facts:?}");
        assert_eq!(facts.domains, ["tv.test"]);
    }
}
