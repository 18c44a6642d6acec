//! `plugin.toml`: who a plugin is, what it was built for, and which capabilities it asks for, with reasons that the
//! operator reads. Asking is all that a manifest does.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The version of the contract (`wit/`) that plugins are built for, without its last number.
pub const API: &str = "0.1";

/// The manifest of a plugin.
///
/// ```toml
/// name = "reseller"
/// version = "0.1.0"
/// summary = "The reseller surface."
///
/// [capabilities.records]
/// reason = "Shows the reseller's group."
/// limits = ["group:read"]
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Unique in a tenant: 1 to 63 of `a-z`, `0-9` and inner `-`.
    pub name: String,
    /// `MAJOR.MINOR.PATCH`.
    pub version: String,
    /// One sentence for people.
    #[serde(default)]
    pub summary: String,
    /// The version of the contract that it was built for; [`API`] when nothing is said.
    #[serde(default = "api")]
    pub api: String,
    /// The version of what it keeps in its collections. It rises when an older version could not read that any more.
    #[serde(default)]
    pub data_version: u32,
    /// How much room it needs.
    #[serde(default)]
    pub size_class: SizeClass,
    /// Capability (`lines`) → why, and within which limits. `base` needs no asking.
    #[serde(default)]
    pub capabilities: BTreeMap<String, Capability>,
    /// Its own collections of documents, by name.
    #[serde(default)]
    pub collections: BTreeMap<String, Collection>,
}

/// One capability that is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// One sentence for the operator who is to grant it.
    pub reason: String,
    /// Limits inside the capability; of `records` kinds and verbs: `stream:read`, `stream:write`.
    #[serde(default)]
    pub limits: BTreeSet<String>,
}

/// Most collections of a plugin.
const MOST_COLLECTIONS: usize = 16;
/// Most indexes and unique keys of a collection, together.
const MOST_INDEXES: usize = 16;
/// Most fields of one index.
const MOST_FIELDS: usize = 4;

/// A collection of documents. An index is named by its fields: `email`, `address.city` for an inner one, and
/// `customer+created_at` for both in this order.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Collection {
    /// Fields by which its documents are found and put in order.
    pub indexes: BTreeSet<String>,
    /// Fields whose values at most one document has.
    pub unique: BTreeSet<String>,
    /// Fields that no audit shows.
    pub secret: BTreeSet<String>,
}

/// How much room a plugin needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeClass {
    /// What compiled languages need.
    #[default]
    Small,
    /// What an interpreter brings along.
    Interpreter,
}

fn api() -> String {
    API.to_owned()
}

impl Manifest {
    /// Reads and checks a manifest; the error names what is wrong.
    ///
    /// # Errors
    /// What does not belong there, and what is not as described above.
    pub fn parse(text: &str) -> Result<Manifest, String> {
        let manifest: Manifest = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        if !is_name(&manifest.name) {
            let shown = manifest.name.escape_debug();
            return Err(format!("the name `{shown}` has not 1 to 63 characters of a-z, 0-9 and inner -"));
        }
        let numbers = manifest.version.split('.').map(str::parse::<u32>).collect::<Result<Vec<_>, _>>();
        if numbers.map_or(true, |numbers| numbers.len() != 3) {
            let shown = manifest.version.escape_debug();
            return Err(format!("the version `{shown}` is not three numbers like 1.0.0"));
        }
        for (name, wanted) in &manifest.capabilities {
            if wanted.reason.trim().is_empty() {
                return Err(format!("capabilities.{name} gives no reason; the operator wants one"));
            }
        }
        if manifest.collections.len() > MOST_COLLECTIONS {
            return Err(format!("collections: there are more than {MOST_COLLECTIONS}"));
        }
        for (name, collection) in &manifest.collections {
            collection.check(name)?;
        }
        Ok(manifest)
    }
}

impl Collection {
    fn check(&self, name: &str) -> Result<(), String> {
        if let Some(wrong) = std::iter::once(name).chain(self.secret.iter().map(String::as_str)).find(|it| !is_word(it))
        {
            let shown = wrong.escape_debug();
            return Err(format!("collections: `{shown}` has not 1 to 64 characters of a-z, 0-9 and _"));
        }
        if self.indexes.len() + self.unique.len() > MOST_INDEXES {
            return Err(format!("collections.{name} has more than {MOST_INDEXES} indexes and unique keys"));
        }
        match self.indexes.iter().chain(&self.unique).find(|index| !is_index(index)) {
            None => Ok(()),
            Some(wrong) => Err(format!(
                "collections.{name}: `{}` is no index: 1 to {MOST_FIELDS} fields of a-z, 0-9 and _, joined by +, \
                 inner ones by dots",
                wrong.escape_debug()
            )),
        }
    }
}

fn is_index(name: &str) -> bool {
    let fields: Vec<_> = name.split('+').collect();
    fields.len() <= MOST_FIELDS && fields.iter().all(|path| path.split('.').all(is_word))
}

fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_inner = !name.starts_with('-') && !name.ends_with('-');
    (1..=63).contains(&name.len()) && name.bytes().all(is_plain) && is_inner
}

fn is_word(word: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&word.len()) && word.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = 'a'\nversion = '0.1.0'\nsummary = 's'\n[capabilities.lines]\nreason = 'r'\n\
        [collections.customers]\nindexes = ['email']\n";

    #[test]
    fn what_is_not_said_is_the_usual() {
        let manifest = Manifest::parse(GOOD).unwrap();
        assert_eq!((manifest.api.as_str(), manifest.data_version), (API, 0));
        assert_eq!(manifest.size_class, SizeClass::Small);
        let more = GOOD.replace("summary", "data_version = 2\nsize_class = 'interpreter'\nsummary");
        let manifest = Manifest::parse(&more).unwrap();
        assert_eq!((manifest.data_version, manifest.size_class), (2, SizeClass::Interpreter));
    }

    #[test]
    fn a_wrong_manifest_is_refused_by_name() {
        let refused = |from: &str, to: &str| Manifest::parse(&GOOD.replace(from, to)).unwrap_err();
        assert!(refused("'a'", "'A b'").contains("`A b`"));
        assert!(refused("'a'", "'-a'").contains("inner -"));
        assert!(refused("0.1.0", "0.1").contains("`0.1`"));
        assert!(refused("'r'", "' '").contains("capabilities.lines"));
        assert!(refused("reason", "because").contains("because"));
        assert!(refused("customers", "Customers").contains("`Customers`"));
        for index in ["", "A", "a b", "a++b", "a.", "a+b+c+d+e"] {
            assert!(refused("email", index).contains("is no index"), "{index}");
        }
        assert!(Manifest::parse(&GOOD.replace("email", "town+address.zip_4")).is_ok());
    }
}
