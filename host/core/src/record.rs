//! Plain configuration as documents: for each kind its fields with who may read and write them, and
//! the merge of a document into what is stored. The `records` capability and the commands share it.

use crate::caller::CallerRole;
use crate::name::MAX_CREDENTIAL;
use crate::object::{Kind, Object, Stored};
use crate::refusal::Code;
use crate::time::Term;
use crate::{Refusal, block::Block, bouquet::Bouquet, category::Category, group::Group, guide::GuideSource};
use crate::{package::Package, series::Series, settings::Settings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What a role may do with a field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Access {
    /// Not even that it exists.
    Hidden,
    /// See it.
    Read,
    /// See and set it.
    Write,
}

/// A field of a kind's document.
#[derive(Clone, Copy, Debug)]
pub struct RecordField {
    /// Its name.
    pub name: &'static str,
    /// For resellers.
    pub reseller: Access,
    /// For admins.
    pub admin: Access,
}

const fn field(name: &'static str, reseller: Access, admin: Access) -> RecordField {
    RecordField { name, reseller, admin }
}

macro_rules! fields {
    ($($name:literal: $reseller:ident $admin:ident),* $(,)?) => {
        const { &[$(field($name, Access::$reseller, Access::$admin)),*] }
    };
}

/// The fields of a kind; none for kinds that are not records.
pub fn fields(kind: Kind) -> Option<&'static [RecordField]> {
    Some(match kind {
        Kind::Group => fields! {
            "id": Read Read, "name": Read Write, "deletable": Hidden Write, "allowed_pages": Read Write, "create_users": Read Write,
            "user_price": Read Write, "user_groups": Read Write, "delete_lines": Read Write,
            "delete_users": Read Write, "change_bouquets": Read Write, "change_usernames": Read Write,
            "change_passwords": Read Write, "restrict_lines": Read Write, "trials": Read Write, "trial_balance": Read Write,
            "min_username": Read Write, "min_password": Read Write, "see_connections": Read Write,
            "see_movies": Read Write, "download_playlists": Read Write, "notice": Read Write,
        },
        Kind::Package => fields! {
            "id": Read Read, "name": Read Write, "official": Read Write, "trial": Read Write,
            "groups": Hidden Write, "bouquets": Read Write, "outputs": Read Write,
            "max_connections": Read Write, "connection_policy": Hidden Write, "same_player": Hidden Write,
            "for_lines": Read Write, "for_mag": Read Write,
            "for_enigma": Read Write, "restreamer": Read Write, "isp_lock": Read Write, "country": Read Write,
            "lock_device": Read Write, "addon": Read Write, "addons": Hidden Write, "check_compatible": Read Write,
        },
        Kind::Bouquet => fields! {
            "id": Read Read, "name": Read Write, "position": Read Write, "members": Hidden Write, "counts": Hidden Read,
        },
        Kind::Category => fields! {
            "id": Read Read, "kind": Read Write, "name": Read Write, "position": Read Write,
        },
        Kind::Stream => fields! {
            "id": Read Read, "kind": Read Write, "name": Read Write, "number": Read Write, "enabled": Read Write,
            "categories": Read Write, "icon": Read Write, "sources": Hidden Write, "delivery": Hidden Write,
            "guide_channel": Read Write, "guide_source": Hidden Write, "guide_offset": Hidden Write,
            "archive_days": Read Write, "custom_sid": Read Write, "adult": Read Write, "container": Read Write,
            "details": Read Write, "episode_of": Read Write, "notes": Hidden Write, "added_at": Read Read,
            "origin": Hidden Read,
        },
        Kind::Series => fields! {
            "id": Read Read, "name": Read Write, "categories": Read Write, "cover": Read Write,
            "details": Read Write, "modified_at": Read Read,
        },
        Kind::Block => fields! {
            "id": Hidden Read, "kind": Hidden Write, "value": Hidden Write, "note": Hidden Write,
            "created_at": Hidden Read,
        },
        Kind::Settings => fields! {
            "id": Read Read, "server_name": Read Write, "welcome_message": Read Write, "timezone": Read Write,
            "connection_policy": Hidden Write, "same_player": Hidden Write, "hls_bind": Hidden Write,
            "auth_failed_status": Hidden Write,
            "not_in_bouquet_status": Hidden Write, "far_expiry": Hidden Write, "player_cors": Hidden Write,
            "api_addresses": Hidden Write, "guide_days": Read Write, "journal_days": Hidden Write,
        },
        Kind::GuideSource => fields! {
            "id": Hidden Read, "name": Hidden Write, "current": Hidden Read, "latest": Hidden Read,
            "programmes": Hidden Read, "updated_at": Hidden Read,
        },
        _ => return None,
    })
}

/// The kind with this word, when it is a record.
pub fn kind(word: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.as_str() == word && fields(*kind).is_some())
}

/// What a role may do with a field of a kind.
pub fn access(kind: Kind, name: &str, role: CallerRole) -> Access {
    let Some(field) = fields(kind).and_then(|fields| fields.iter().find(|field| field.name == name)) else {
        return Access::Hidden;
    };
    match role {
        CallerRole::Admin => field.admin,
        CallerRole::Reseller => field.reseller,
        CallerRole::Line | CallerRole::Stranger => Access::Hidden,
    }
}

/// Removes the fields that a role may not see.
pub fn trim(kind: Kind, document: &mut Map<String, Value>, role: CallerRole) {
    document.retain(|name, _| access(kind, name, role) >= Access::Read);
}

/// `current` with the fields of `document` set: every field must be one the role may write,
/// and have its type. Fields that are not sent keep their value. Rules over several fields are
/// checked by [`validate`].
pub fn merge<T>(current: &T, document: &Map<String, Value>, role: CallerRole) -> Result<T, Refusal>
where
    T: Stored + serde::Serialize + DeserializeOwned,
{
    let mut merged = match serde_json::to_value(current) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    for (name, value) in document {
        match access(T::KIND, name, role) {
            Access::Write => {}
            Access::Read => {
                return Err(Refusal::field(
                    Code::NotPermitted,
                    name.clone(),
                    format!("{name} cannot be set by this caller."),
                ));
            }
            Access::Hidden => return Err(unknown_field(T::KIND, name, role)),
        }
        let mut one = merged.clone();
        one.insert(name.clone(), value.clone());
        if let Err(error) = serde_json::from_value::<T>(Value::Object(one)) {
            return Err(Refusal::field(Code::InvalidInput, name.clone(), format!("{name}: {error}")));
        }
        merged.insert(name.clone(), value.clone());
    }
    let mut result: T = serde_json::from_value(Value::Object(merged)).map_err(|error| {
        Refusal::new(Code::InvalidInput, format!("The {} does not fit together: {error}", T::word()))
    })?;
    result.set_version(current.version());
    Ok(result)
}

fn unknown_field(kind: Kind, name: &str, role: CallerRole) -> Refusal {
    let writable: Vec<_> = fields(kind)
        .unwrap_or_default()
        .iter()
        .map(|field| field.name)
        .filter(|name| access(kind, name, role) == Access::Write)
        .collect();
    let message = format!("The kind {} has no field {name}; it has {}.", kind.as_str(), writable.join(", "));
    Refusal::field(Code::InvalidInput, name.to_owned(), message)
}

/// Refuses a record whose fields are each well-formed but cannot stand.
pub fn validate(object: &Object) -> Result<(), Refusal> {
    let named = |name: &str, word: &str| {
        if name.trim().is_empty() || name.chars().count() > 255 || name.chars().any(char::is_control) {
            return Err(Refusal::field(
                Code::InvalidInput,
                "name",
                format!("A {word} has a name of 1 to 255 printable characters."),
            ));
        }
        Ok(())
    };
    match object {
        Object::Stream(stream) => stream.validate(),
        Object::Group(group) => validate_group(group).and_then(|()| named(&group.name, "group")),
        Object::Bouquet(Bouquet { name, .. }) => named(name, "bouquet"),
        Object::Category(Category { name, .. }) => named(name, "category"),
        Object::Series(Series { name, .. }) => named(name, "series"),
        Object::GuideSource(GuideSource { name, .. }) => named(name, "guide source"),
        Object::Package(package) => validate_package(package).and_then(|()| named(&package.name, "package")),
        Object::Settings(settings) => validate_settings(settings),
        Object::Block(Block { note, .. }) if note.len() > 4_096 => {
            Err(Refusal::field(Code::InvalidInput, "note", "A note has at most 4096 bytes."))
        }
        _ => Ok(()),
    }
}

fn validate_group(group: &Group) -> Result<(), Refusal> {
    for (field, amount) in [("user_price", group.user_price), ("trial_balance", group.trial_balance)] {
        if amount.is_negative() {
            return Err(Refusal::field(Code::InvalidInput, field, "An amount of a group is not below zero."));
        }
    }
    for (field, least) in [("min_username", group.min_username), ("min_password", group.min_password)] {
        if !(1..=MAX_CREDENTIAL).contains(&usize::from(least)) {
            let message = format!("{field} is from 1 to {MAX_CREDENTIAL} characters.");
            return Err(Refusal::field(Code::InvalidInput, field, message));
        }
    }
    if !(1..=Term::MAX_COUNT).contains(&group.trials.window.count) {
        let message = format!("The window of trials counts 1 to {} units.", Term::MAX_COUNT);
        return Err(Refusal::field(Code::InvalidInput, "trials", message));
    }
    Ok(())
}

fn validate_package(package: &Package) -> Result<(), Refusal> {
    for (name, offer) in [("official", package.official), ("trial", package.trial)] {
        let Some(offer) = offer else { continue };
        if offer.price.is_negative() {
            return Err(Refusal::field(Code::InvalidInput, name, "A price is not below zero."));
        }
        if !(1..=Term::MAX_COUNT).contains(&offer.term.count) {
            return Err(Refusal::field(Code::InvalidInput, name, "A term counts 1 to 1200 units."));
        }
    }
    Ok(())
}

fn validate_settings(settings: &Settings) -> Result<(), Refusal> {
    if ![200, 401, 403, 404].contains(&settings.auth_failed_status) {
        return Err(Refusal::field(Code::InvalidInput, "auth_failed_status", "One of 200, 401, 403, 404."));
    }
    if ![404, 406].contains(&settings.not_in_bouquet_status) {
        return Err(Refusal::field(Code::InvalidInput, "not_in_bouquet_status", "One of 404, 406."));
    }
    if settings.guide_days > 31 {
        return Err(Refusal::field(Code::InvalidInput, "guide_days", "0 to 31."));
    }
    if !(1..=3_650).contains(&settings.journal_days) {
        return Err(Refusal::field(Code::InvalidInput, "journal_days", "1 to 3650."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Stream;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_field_table_names_exactly_the_document_fields() {
        let documents = [
            (Kind::Group, Object::Group(Group::default()).document()),
            (Kind::Package, Object::Package(Package::default()).document()),
            (Kind::Category, Object::Category(Category::default()).document()),
            (Kind::Stream, Object::Stream(Stream::default()).document()),
            (Kind::Series, Object::Series(Series::default()).document()),
            (Kind::Settings, Object::Settings(Settings::default()).document()),
        ];
        for (kind, document) in documents {
            let mut stored: Vec<_> = object(document).keys().cloned().collect();
            let mut listed: Vec<_> = fields(kind).unwrap().iter().map(|f| f.name.to_owned()).collect();
            stored.sort();
            listed.sort();
            assert_eq!(stored, listed, "{kind:?}");
        }
    }

    #[test]
    fn a_merge_sets_what_was_sent_and_keeps_the_rest() {
        let group = Group { name: "gold".into(), min_password: 9, ..Group::default() };
        let merged = merge(&group, &object(json!({"name": "silver"})), CallerRole::Admin).unwrap();
        assert_eq!(merged, Group { name: "silver".into(), ..group });
    }

    #[test]
    fn what_a_group_counts_is_within_what_can_be_met() {
        let refused = |group: Group| validate(&Object::Group(group)).unwrap_err().field.unwrap();
        let group = Group { name: "gold".into(), ..Group::default() };
        assert_eq!(validate(&Object::Group(group.clone())), Ok(()));
        for least in [0, 129, u16::MAX] {
            assert_eq!(refused(Group { min_username: least, ..group.clone() }), "min_username");
            assert_eq!(refused(Group { min_password: least, ..group.clone() }), "min_password");
        }
        for count in [0, 1_201] {
            let mut trials = group.trials;
            trials.window.count = count;
            assert_eq!(refused(Group { trials, ..group.clone() }), "trials");
        }
    }

    #[test]
    fn a_merge_names_the_field_that_is_wrong() {
        let group = Group::default();
        let refused = |document: Value, role| merge(&group, &object(document), role).unwrap_err();
        assert_eq!(refused(json!({"min_password": "x"}), CallerRole::Admin).field.as_deref(), Some("min_password"));
        assert_eq!(refused(json!({"colour": 1}), CallerRole::Admin).field.as_deref(), Some("colour"));
        assert_eq!(refused(json!({"id": 7}), CallerRole::Admin).code, Code::NotPermitted);
        assert_eq!(refused(json!({"name": "x"}), CallerRole::Reseller).code, Code::NotPermitted);
    }
}
