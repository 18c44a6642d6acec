//! How this surface shows a package, and what of a request becomes one.
//! Knows no rule: the host checks every field.

use linecard_sdk::Credits;
use linecard_sdk::records::{Offer, Package, Term};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct PackageRow {
    id: u32,
    package_name: String,
    credits: Credits,
    duration_months: u32,
    is_trial: u8,
    is_official: u8,
    groups: Vec<u32>,
    official_credits: Option<Credits>,
    official_duration: Option<u32>,
    official_duration_in: Option<String>,
    trial_credits: Option<Credits>,
    trial_duration: Option<u32>,
    trial_duration_in: Option<String>,
    bouquets: Vec<u32>,
    is_line: u8,
    is_mag: u8,
    is_e2: u8,
    is_restreamer: u8,
    is_isplock: u8,
    output_formats: Vec<String>,
    max_connections: u32,
    forced_country: String,
    same_player: String,
    force_server_id: u8,
    lock_device: u8,
    is_addon: u8,
    addon_packages: Vec<u32>,
    check_compatible: u8,
}

impl From<Package> for PackageRow {
    fn from(package: Package) -> PackageRow {
        let (official, trial) = (package.official, package.trial);
        // What the short fields show: the regular offer, or the trial of what can only be tried.
        let shown = official.as_ref().or(trial.as_ref());
        PackageRow {
            id: package.id,
            package_name: package.name,
            credits: shown.map(|offer| offer.price.clone()).unwrap_or_default(),
            duration_months: shown.map_or(0, |offer| offer.term.whole_months()),
            is_trial: trial.is_some().into(),
            is_official: official.is_some().into(),
            groups: package.groups,
            official_credits: official.as_ref().map(|offer| offer.price.clone()),
            official_duration: official.as_ref().map(|offer| offer.term.count),
            official_duration_in: official.map(|offer| offer.term.unit),
            trial_credits: trial.as_ref().map(|offer| offer.price.clone()),
            trial_duration: trial.as_ref().map(|offer| offer.term.count),
            trial_duration_in: trial.map(|offer| offer.term.unit),
            bouquets: package.bouquets,
            is_line: package.for_lines.into(),
            is_mag: package.for_mag.into(),
            is_e2: package.for_enigma.into(),
            is_restreamer: package.restreamer.into(),
            is_isplock: package.isp_lock.into(),
            output_formats: package.outputs,
            max_connections: package.max_connections,
            forced_country: package.country.unwrap_or_default(),
            same_player: package.same_player.unwrap_or_default(),
            // There are no servers to choose among: 0 is any.
            force_server_id: 0,
            lock_device: package.lock_device.into(),
            is_addon: package.addon.into(),
            addon_packages: package.addons,
            check_compatible: package.check_compatible.into(),
        }
    }
}

/// What was sent of an offer.
pub(crate) struct OfferWish {
    /// Whether there is to be one.
    pub(crate) is_sold: Option<bool>,
    pub(crate) price: Option<Credits>,
    pub(crate) count: Option<u32>,
    pub(crate) unit: Option<String>,
}

impl OfferWish {
    /// The offer to set: none when nothing was sent, `Some(None)` when it is to go. What was not
    /// sent is as `current`, or one of `unit` for nothing.
    pub(crate) fn over(self, current: Option<Offer>, unit: &str) -> Option<Option<Offer>> {
        if self.is_sold == Some(false) {
            return Some(None);
        }
        if self.is_sold.is_none() && self.price.is_none() && self.count.is_none() && self.unit.is_none() {
            return None;
        }
        let new = || Offer { price: Credits::from(0), term: Term { count: 1, unit: unit.into() } };
        let mut offer = current.unwrap_or_else(new);
        offer.price = self.price.unwrap_or(offer.price);
        offer.term.count = self.count.unwrap_or(offer.term.count);
        offer.term.unit = self.unit.unwrap_or(offer.term.unit);
        Some(Some(offer))
    }
}

/// A country or choice as the host knows it: none for the empty text, which lifts it.
pub(crate) fn some(text: String) -> Option<String> {
    if text.is_empty() { None } else { Some(text) }
}

/// The two offers and the plain fields of a package's document; `create_package` and
/// `edit_package` have them in structs of their own.
macro_rules! document {
    ($wish:ident, $current:expr) => {{
        let current: Package = $current;
        let months = $wish.duration_months;
        let official = OfferWish {
            is_sold: $wish.is_official,
            price: $wish.official_credits,
            count: $wish.official_duration.or(months),
            unit: $wish.official_duration_in.or_else(|| months.map(|_| "months".into())),
        };
        let trial = OfferWish {
            is_sold: $wish.is_trial,
            price: $wish.trial_credits,
            count: $wish.trial_duration,
            unit: $wish.trial_duration_in,
        };
        Document::new()
            .with("official", official.over(current.official, "months"))
            .with("trial", trial.over(current.trial, "days"))
            .with("groups", $wish.groups)
            .with("bouquets", $wish.bouquets)
            .with("outputs", $wish.output_formats)
            .with("max_connections", $wish.max_connections)
            .with("for_lines", $wish.is_line)
            .with("for_mag", $wish.is_mag)
            .with("for_enigma", $wish.is_e2)
            .with("restreamer", $wish.is_restreamer)
            .with("isp_lock", $wish.is_isplock)
            .with("country", $wish.forced_country.map(package_row::some))
            .with("same_player", $wish.same_player.map(package_row::some))
            .with("lock_device", $wish.lock_device)
            .with("addon", $wish.is_addon)
            .with("addons", $wish.addon_packages)
            .with("check_compatible", $wish.check_compatible)
    }};
}
pub(crate) use document;

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::to_string;

    fn nothing() -> OfferWish {
        OfferWish { is_sold: None, price: None, count: None, unit: None }
    }

    #[test]
    fn an_offer_keeps_what_was_not_sent() {
        let year = Offer { price: Credits::from(50), term: Term { count: 1, unit: "years".into() } };
        let shown = |wish: OfferWish, current| to_string(&wish.over(current, "days")).unwrap();
        let cheaper = OfferWish { price: Some(Credits::from(40)), ..nothing() };
        let wanted = r#"{"price":"40","term":{"count":1,"unit":"years"}}"#;
        assert_eq!(shown(cheaper, Some(year.clone())), wanted);
        let tried = OfferWish { is_sold: Some(true), ..nothing() };
        assert_eq!(shown(tried, None), r#"{"price":"0","term":{"count":1,"unit":"days"}}"#);
        assert!(nothing().over(Some(year.clone()), "days").is_none());
        assert!(OfferWish { is_sold: Some(false), ..nothing() }.over(Some(year), "days").unwrap().is_none());
    }

    #[test]
    fn prices_are_numbers_with_their_places() {
        let month = Offer { price: Credits::from(5), term: Term { count: 1, unit: "months".into() } };
        let row = PackageRow::from(Package { official: Some(month), ..Package::default() });
        let json = to_string(&row).unwrap();
        assert!(json.contains(r#""credits":5,"duration_months":1,"is_trial":0,"is_official":1"#), "{json}");
    }
}
