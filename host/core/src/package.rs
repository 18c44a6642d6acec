//! A package: what is sold, for how long, at what price.

use crate::Refusal;
use crate::credit::Credits;
use crate::line::{DeliveryType, Line, Output, SeatLimit};
use crate::record::declared::{Reading, Record, RecordField, check_name, fields};
use crate::refusal::Code;
use crate::settings::{ConnectionPolicy, SamePlayer};
use crate::time::Unix;
use crate::time::{Term, Unit};
use crate::{BouquetId, GroupId, PackageId, Version};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A term at a price.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offer {
    /// What it costs.
    pub price: Credits,
    /// How long it lasts.
    pub term: Term,
}

impl Offer {
    /// One of `unit` for nothing, before anything of it is set.
    const fn blank(unit: Unit) -> Offer {
        Offer { price: Credits::ZERO, term: Term { count: 1, unit } }
    }
}

/// What is sold. Serialises to the `package` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Package {
    /// Its id.
    pub id: PackageId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// Shown to resellers.
    pub name: String,
    /// The regular offer; none when the package is not sold.
    pub official: Option<Offer>,
    /// The trial offer; none when it cannot be tried.
    pub trial: Option<Offer>,
    /// Groups whose resellers may sell it.
    pub groups: Vec<GroupId>,
    /// Bouquets that its lines get.
    pub bouquets: Vec<BouquetId>,
    /// Outputs of its lines; empty allows all.
    pub outputs: Vec<Output>,
    /// Seats of its lines.
    pub max_connections: SeatLimit,
    /// What happens to a start of its lines when all seats are taken; none follows the settings.
    pub connection_policy: Option<ConnectionPolicy>,
    /// Likewise for a start by a player that has a seat already.
    pub same_player: Option<SamePlayer>,
    /// Sold as a line with user name and password.
    pub for_lines: bool,
    /// Sold as a MAG device.
    pub for_mag: bool,
    /// Sold as an Enigma2 device.
    pub for_enigma: bool,
    /// Its lines feed other panels.
    pub restreamer: bool,
    /// Its lines are bound to one network operator.
    pub isp_lock: bool,
    /// ISO 3166 country that its lines are bound to.
    pub country: Option<String>,
    /// Its devices are bound to the first box that uses them. Kept for the sale of devices:
    /// nothing reads it yet.
    pub lock_device: bool,
    /// Sold on top of other packages. Kept for the sale of add-ons: until then it is sold like
    /// any other.
    pub addon: bool,
    /// Packages that may be sold on top of it, never itself. Kept for the sale of add-ons.
    pub addons: Vec<PackageId>,
    /// Extends only lines that fit it. Kept for the sale of add-ons: until then it extends every
    /// line that it may be sold to.
    pub check_compatible: bool,
}

impl Default for Package {
    fn default() -> Package {
        Package {
            id: PackageId(0),
            version: Version(0),
            name: String::new(),
            official: Some(Offer::blank(Unit::Months)),
            trial: None,
            groups: Vec::new(),
            bouquets: Vec::new(),
            outputs: Vec::new(),
            max_connections: SeatLimit::from(1),
            connection_policy: None,
            same_player: None,
            for_lines: true,
            for_mag: true,
            for_enigma: true,
            restreamer: false,
            isp_lock: false,
            country: None,
            lock_device: false,
            addon: false,
            addons: Vec::new(),
            check_compatible: false,
        }
    }
}

impl Package {
    /// Whether lines of this type are sold under it; a code becomes a line.
    pub fn is_for(&self, delivery: DeliveryType) -> bool {
        match delivery {
            DeliveryType::Line | DeliveryType::Code => self.for_lines,
            DeliveryType::Mag => self.for_mag,
            DeliveryType::Enigma => self.for_enigma,
        }
    }

    /// The offer for a trial or a regular sale.
    pub fn offer(&self, trial: bool) -> Option<Offer> {
        if trial { self.trial } else { self.official }
    }

    /// The field by which a line would leave what the package binds its lines to; none when it
    /// stays within. A reseller may bind a line more narrowly, never less: the country is often
    /// what the licence is for.
    pub fn unbound(&self, before: &Line, after: &Line) -> Option<&'static str> {
        let is =
            |line: &Line, country: &str| line.country.as_deref().is_some_and(|of| of.eq_ignore_ascii_case(country));
        let leaves = |country: &String| after.country != before.country && !is(after, country);
        if self.country.as_ref().is_some_and(leaves) {
            return Some("country");
        }
        (self.isp_lock && before.isp_lock && !after.isp_lock).then_some("isp_lock")
    }
}

impl Record for Package {
    const FIELDS: &'static [RecordField] = fields! {
        "id": Read Read, "name": Read Write, "official": Read Write, "trial": Read Write,
        "groups": Hidden Write, "bouquets": Read Write, "outputs": Read Write,
        "max_connections": Read Write, "connection_policy": Hidden Write, "same_player": Hidden Write,
        "for_lines": Read Write, "for_mag": Read Write,
        "for_enigma": Read Write, "restreamer": Read Write, "isp_lock": Read Write, "country": Read Write,
        "lock_device": Read Write, "addon": Read Write, "addons": Hidden Write, "check_compatible": Read Write,
    };
    const RESELLERS: Reading = Reading::Own;

    fn blank(id: u32, _now: Unix) -> Option<Package> {
        Some(Package { id: PackageId(id), ..Package::default() })
    }

    fn part(field: &str) -> Option<Value> {
        let unit = match field {
            "official" => Unit::Months,
            "trial" => Unit::Days,
            _ => return None,
        };
        serde_json::to_value(Offer::blank(unit)).ok()
    }

    fn validate(&self) -> Result<(), Refusal> {
        for (name, offer) in [("official", self.official), ("trial", self.trial)] {
            let Some(offer) = offer else { continue };
            if offer.price.is_negative() {
                let field = format!("{name}.price");
                return Err(Refusal::field(Code::InvalidInput, field, "A price is not below zero."));
            }
            if !(1..=Term::MAX_COUNT).contains(&offer.term.count) {
                let field = format!("{name}.term.count");
                return Err(Refusal::field(Code::InvalidInput, field, "A term counts 1 to 1200 units."));
            }
        }
        if self.addons.contains(&self.id) {
            return Err(Refusal::field(Code::InvalidInput, "addons", "A package is no add-on of itself."));
        }
        check_name(&self.name, "package")
    }
}
