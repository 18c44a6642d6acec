//! Which certificate a client is shown: the one for the name that it asks for, else the first.

use super::error::CertificateError;
use super::pair::Pair;
use crate::config::Tls;
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// Certificates by the names that they are for.
#[derive(Default, Debug)]
pub(super) struct ByName {
    first: Option<Arc<CertifiedKey>>,
    /// In lower case; a wildcard stands as it is in the certificate.
    named: HashMap<String, Arc<CertifiedKey>>,
}

impl ByName {
    /// In the configuration's order, each with the files that it came from.
    ///
    /// # Errors
    /// When two are for the same name, or one after the first is for none.
    pub(super) fn of<'p>(pairs: impl IntoIterator<Item = (&'p Tls, &'p Pair)>) -> Result<ByName, CertificateError> {
        let mut by_name = ByName::default();
        let mut from: HashMap<&str, &Tls> = HashMap::new();
        for (files, pair) in pairs {
            if by_name.first.is_some() && pair.names.is_empty() {
                return Err(CertificateError::Nameless { place: files.place.clone(), cert: files.cert.clone() });
            }
            by_name.first.get_or_insert_with(|| Arc::clone(&pair.key));
            for name in &pair.names {
                match from.entry(name.as_str()) {
                    Entry::Occupied(other) => return Err(same(name, files, other.get())),
                    Entry::Vacant(free) => free.insert(files),
                };
                by_name.named.insert(name.clone(), Arc::clone(&pair.key));
            }
        }
        Ok(by_name)
    }

    /// The certificate for this name: one with the name itself, then one for all names beside it, then
    /// the first, which is also for clients that name none.
    pub(super) fn shown_to(&self, asked: Option<&str>) -> Option<Arc<CertifiedKey>> {
        asked.and_then(|name| self.named(name)).or(self.first.as_ref()).cloned()
    }

    fn named(&self, name: &str) -> Option<&Arc<CertifiedKey>> {
        let name = name.to_ascii_lowercase();
        let beside = || Some(format!("*.{}", name.split_once('.')?.1));
        self.named.get(&name).or_else(|| self.named.get(&beside()?))
    }
}

fn same(name: &str, later: &Tls, earlier: &Tls) -> CertificateError {
    CertificateError::SameName {
        name: name.to_owned(),
        place: later.place.clone(),
        cert: later.cert.clone(),
        other_place: earlier.place.clone(),
        other: earlier.cert.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::CertifiedKey as Made;

    fn pair(names: &[&str]) -> Pair {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let Made { cert, signing_key } = rcgen::generate_simple_self_signed(names.clone()).unwrap();
        let key = signing_key.serialize_der().try_into().unwrap();
        let key = CertifiedKey::from_der(vec![cert.der().clone()], key, &rustls::crypto::ring::default_provider());
        Pair { key: Arc::new(key.unwrap()), names: names.into_iter().collect() }
    }

    fn files(name: &str) -> Tls {
        Tls { place: name.into(), cert: format!("{name}.pem").into(), key: format!("{name}.key").into() }
    }

    #[test]
    fn a_name_of_its_own_wins_over_a_wildcard_and_the_first_is_for_everybody_else() {
        let files = ["first", "wild", "own"].map(files);
        let pairs = [pair(&["panel.test"]), pair(&["*.tv.test"]), pair(&["a.tv.test", "tv.test"])];
        let by_name = ByName::of(files.iter().zip(&pairs)).unwrap();
        for (asked, expected) in [
            (Some("panel.test"), 0),
            (Some("b.tv.test"), 1),
            (Some("B.TV.test"), 1),
            (Some("a.tv.test"), 2),
            (Some("tv.test"), 2),
            (Some("a.b.tv.test"), 0),
            (Some("elsewhere.test"), 0),
            (Some("test"), 0),
            (None, 0),
        ] {
            let shown = by_name.shown_to(asked).unwrap();
            assert!(Arc::ptr_eq(&shown, &pairs[expected].key), "{asked:?}");
        }
    }

    #[test]
    fn two_certificates_for_one_name_are_refused_with_both_files() {
        let files = ["one", "two"].map(files);
        let error = ByName::of(files.iter().zip(&[pair(&["a.test"]), pair(&["b.test", "a.test"])])).unwrap_err();
        let said = error.to_string();
        assert!(["two tls_cert", "two.pem", "a.test", "one.pem"].iter().all(|part| said.contains(part)), "{said}");
    }

    #[test]
    fn a_certificate_that_no_name_leads_to_is_refused_unless_it_is_the_first() {
        let files = ["one", "two"].map(files);
        assert!(ByName::of(files.iter().zip(&[pair(&[]), pair(&["a.test"])])).is_ok());
        let error = ByName::of(files.iter().zip(&[pair(&["a.test"]), pair(&[])])).unwrap_err();
        assert_eq!(error, CertificateError::Nameless { place: "two".into(), cert: "two.pem".into() });
    }
}
