//! What the caller may sell.

use crate::bindings::linecard::packages::packages as host;
use crate::records::Package;
use crate::{Credits, Refusal, read};
use serde::Deserialize;

/// A package at the caller's own prices.
#[derive(Clone, Debug)]
pub struct Priced {
    /// The package.
    pub package: Package,
    /// What a regular sale costs the caller; none when it is not sold.
    pub price: Option<Credits>,
    /// What a trial costs the caller; none when it cannot be tried.
    pub trial_price: Option<Credits>,
}

/// The two fields that stand beside a package's own.
#[derive(Deserialize)]
struct Prices {
    #[serde(default)]
    price: Option<Credits>,
    #[serde(default)]
    trial_price: Option<Credits>,
}

/// The packages that the caller may sell; admins see all.
pub fn list() -> Result<Vec<Priced>, Refusal> {
    priced(&host::list()?)
}

/// Reads the rows twice instead of with a flattened field, which costs a guest 40 KB of code.
fn priced(answer: &str) -> Result<Vec<Priced>, Refusal> {
    let packages: Vec<Package> = read(answer)?;
    let prices: Vec<Prices> = read(answer)?;
    let rows = packages.into_iter().zip(prices);
    Ok(rows.map(|(package, Prices { price, trial_price })| Priced { package, price, trial_price }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_stand_beside_the_package() {
        let rows = priced(r#"[{"id":1,"price":"5.00","trial_price":null},{"id":2,"price":null}]"#).unwrap();
        assert_eq!((rows[0].package.id, rows[0].price.as_ref().map(Credits::as_str)), (1, Some("5.00")));
        assert!(rows[1].package.id == 2 && rows[1].price.is_none());
    }
}
