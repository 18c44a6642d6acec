//! Values that at most one thing has, each said once: what it is made of, what a log may show of it, whose it is and
//! where it stands there.

use crate::TenantId;
use crate::category::CategoryKind;
use crate::kind::Kind;
use crate::mac_address::MacAddress;
use crate::object::Object;

/// `Variant(fields) "what logs show" of Kind: it => [its values]`.
macro_rules! declare {
    ($($(#[$doc:meta])* $variant:ident($($field:ident: $type:ty),*) $shown:literal
       of $kind:ident: $it:ident => $values:expr;)*) => {
        /// A value that at most one thing has: what look-ups by name use and what "name is free" guards name.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Unique { $($(#[$doc])* $variant($($type),*),)* }

        /// Conflicts are logged by it: what may be secret (digests, the address of a source, an access code, a field
        /// of a document) is not in it.
        impl std::fmt::Debug for Unique {
            #[allow(unused_variables, reason = "not all is shown")]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $(Unique::$variant($($field),*) => write!(f, $shown),)* }
            }
        }

        impl Unique {
            /// The kind of thing that has it.
            pub fn kind(&self) -> Kind {
                match self { $(Unique::$variant(..) => Kind::$kind,)* }
            }
        }

        /// The unique values that an object has; inserts and updates guard each of them.
        pub fn uniques(object: &Object) -> Vec<Unique> {
            let mut all = Vec::new();
            $(if let Object::$kind($it) = object {
                all.extend($values);
            })*
            all
        }
    };
}

declare! {
    /// A line's user name.
    LineUsername(name: String) "line {name:?}" of Line: line => [Unique::LineUsername(line.username.clone())];
    /// A box's MAC address.
    LineMac(mac: MacAddress) "box {mac}" of Line: line => line.mac.map(Unique::LineMac);
    /// A line's activation code.
    LineCode(code: String) "activation code" of Line: line => line.code.clone().map(Unique::LineCode);
    /// A user's name, in lower case.
    Username(name: String) "user {name:?}" of User: user => [Unique::Username(user.username.to_lowercase())];
    /// A group's name.
    GroupName(name: String) "group {name:?}" of Group: group => [Unique::GroupName(group.name.clone())];
    /// A package's name.
    PackageName(name: String) "package {name:?}"
        of Package: package => [Unique::PackageName(package.name.clone())];
    /// A bouquet's name.
    BouquetName(name: String) "bouquet {name:?}"
        of Bouquet: bouquet => [Unique::BouquetName(bouquet.name.clone())];
    /// A category's name in its list.
    CategoryName(list: CategoryKind, name: String) "category {name:?}"
        of Category: category => [Unique::CategoryName(category.kind, category.name.clone())];
    /// An API key's digest.
    ApiKeyDigest(digest: [u8; 32]) "api_key" of ApiKey: key => [Unique::ApiKeyDigest(key.digest)];
    /// The digest of a session's token.
    SessionDigest(digest: [u8; 32]) "session" of Session: session => [Unique::SessionDigest(session.digest)];
    /// A guide source's name.
    GuideSourceName(name: String) "guide_source {name:?}"
        of GuideSource: source => [Unique::GuideSourceName(source.name.clone())];
    /// An imported stream's address in its source.
    StreamOrigin(source: String, url: String) "stream of {source:?}"
        of Stream: stream => stream.origin.iter().map(|at| Unique::StreamOrigin(at.source.clone(), at.url.clone()));
    /// A tenant's name (control database).
    TenantName(name: String) "tenant {name:?}" of Tenant: tenant => [Unique::TenantName(tenant.name.clone())];
    /// A host name (control database).
    TenantHost(host: String) "tenant {host:?}"
        of Tenant: tenant => tenant.hosts.iter().cloned().map(Unique::TenantHost);
    /// An access code's text (control database).
    AccessCode(code: String) "access_code" of AccessCode: code => [Unique::AccessCode(code.code.clone())];
    /// A plugin's name in a tenant (control database).
    PluginName(tenant: TenantId, name: String) "plugin {name:?}"
        of Plugin: plugin => [Unique::PluginName(plugin.tenant, plugin.name.clone())];
    /// A unique key of a collection, with its value as it is stored.
    DocumentKey(collection: String, key: String, value: Vec<u8>) "{collection} by {key}"
        of Document: document => document.indexed.keys.iter().map(|(name, value)| {
            Unique::DocumentKey(document.collection.clone(), name.clone(), value.clone())
        });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_in_no_log_of_a_conflict() {
        let secret = "s3cret";
        for unique in [
            Unique::DocumentKey("billing/cards".into(), "token".into(), secret.into()),
            Unique::StreamOrigin("provider".into(), format!("http://h/{secret}")),
            Unique::AccessCode(secret.into()),
            Unique::LineCode(secret.into()),
        ] {
            let shown = format!("{unique:?}");
            assert!(!shown.contains(secret) && !shown.contains("115"), "{shown}");
        }
        assert_eq!(format!("{:?}", Unique::LineUsername("guest".into())), "line \"guest\"");
    }
}
