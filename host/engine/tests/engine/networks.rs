//! Addresses that MaxMind's own test databases know.

use crate::panel::ip;
use host_core::port::Networks;
use host_engine::MaxMind;
use std::path::PathBuf;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn isp(file: &str, address: &str) -> Option<String> {
    MaxMind::open(Some(&data(file)), None).unwrap().isp(ip(address))
}

#[test]
fn an_isp_database_names_the_isp_and_an_asn_database_the_organisation() {
    for (file, address, expected) in [
        ("GeoIP2-ISP-Test.mmdb", "1.128.0.1", Some("Telstra Internet")),
        ("GeoIP2-ISP-Test.mmdb", "1.159.255.254", Some("Telstra Internet")),
        ("GeoIP2-ISP-Test.mmdb", "12.87.118.1", Some("AT&T Services")),
        ("GeoIP2-ISP-Test.mmdb", "192.0.2.1", None),
        ("GeoLite2-ASN-Test.mmdb", "1.128.0.1", Some("Telstra Pty Ltd")),
        ("GeoLite2-ASN-Test.mmdb", "192.0.2.1", None),
    ] {
        assert_eq!(isp(file, address).as_deref(), expected, "{address} in {file}");
    }
}

#[test]
fn a_country_database_names_the_country_of_both_kinds_of_addresses() {
    let maps = MaxMind::open(None, Some(&data("GeoLite2-Country-Test.mmdb"))).unwrap();
    for (address, expected) in
        [("81.2.69.160", Some("GB")), ("89.160.20.112", Some("SE")), ("2001:218::1", Some("JP")), ("192.0.2.1", None)]
    {
        assert_eq!(maps.country(ip(address)).as_deref(), expected, "{address}");
    }
    assert_eq!(maps.isp(ip("1.128.0.1")), None, "it has no operators");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    assert!(MaxMind::open(Some(&data("README.md")), None).is_err());
    assert!(MaxMind::open(None, Some(&data("not-there.mmdb"))).is_err());
}
