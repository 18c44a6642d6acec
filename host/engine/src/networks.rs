//! Network operators and countries of addresses, from MaxMind files.

use host_core::port::Networks;
use maxminddb::{Reader, geoip2};
use std::net::IpAddr;
use std::path::Path;

/// Two optional MaxMind files, read into memory.
#[derive(Default)]
pub struct MaxMind {
    operators: Option<Reader<Vec<u8>>>,
    countries: Option<Reader<Vec<u8>>>,
}

impl MaxMind {
    /// Opens the files that are given: one of the ISP or ASN databases, one of the country or
    /// city databases.
    ///
    /// # Errors
    /// When a file cannot be read or is not such a database.
    pub fn open(operators: Option<&Path>, countries: Option<&Path>) -> Result<MaxMind, maxminddb::MaxMindDbError> {
        let open = |path: Option<&Path>| path.map(Reader::open_readfile).transpose();
        Ok(MaxMind { operators: open(operators)?, countries: open(countries)? })
    }
}

impl Networks for MaxMind {
    fn isp(&self, address: IpAddr) -> Option<String> {
        let reader = self.operators.as_ref()?;
        let found = reader.lookup(address).ok()?;
        let isp = found.decode::<geoip2::Isp<'_>>().ok()??;
        isp.isp.or(isp.autonomous_system_organization).map(str::to_owned)
    }

    fn country(&self, address: IpAddr) -> Option<String> {
        let reader = self.countries.as_ref()?;
        let found = reader.lookup(address).ok()?;
        let country = found.decode::<geoip2::Country<'_>>().ok()??;
        country.country.iso_code.map(str::to_owned)
    }
}
