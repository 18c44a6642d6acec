//! What is whose: the texts that a tenant is known by and those that no log may hold, and what is wrong with a text
//! that is shown as somebody's.

use serde_json::Value;

/// The texts of one tenant.
#[derive(Clone)]
pub struct Marks {
    /// The tenant's id; lines of the process log name it by this or by its name.
    pub id: u32,
    /// In every text of the tenant, its name and its settings of plugins among them.
    pub canary: String,
    /// Passwords, API keys, access codes: in no log at all.
    pub secrets: Vec<String>,
    /// In the tenant's settings of every plugin. A plugin may tell its own log; the host tells nobody.
    pub setting: String,
}

impl Marks {
    fn is(&self, name: &Value) -> bool {
        name.as_str().is_some_and(|name| name == self.canary || name == self.id.to_string())
            || name.as_u64() == Some(self.id.into())
    }
}

/// What is wrong with a text that this tenant is shown: it holds what is another's.
pub fn wrong_in_view(text: &str, own: &Marks, all: &[Marks]) -> Option<String> {
    let other = all.iter().find(|other| other.canary != own.canary && text.contains(&other.canary))?;
    Some(format!("what is {}'s is shown to {}:\n{text}", other.canary, own.canary))
}

/// What is wrong with a line of a plugin's log in this tenant.
pub fn wrong_in_ring(line: &str, own: &Marks, all: &[Marks]) -> Option<String> {
    wrong_in_view(line, own, all).or_else(|| secret(line, all.iter().flat_map(|marks| &marks.secrets)))
}

/// What is wrong with a JSON line of the process log: it holds a text of a tenant that it does not name as the
/// only one it is about, or what no line may hold.
pub fn wrong_in_process_log(line: &str, all: &[Marks]) -> Option<String> {
    let Ok(read) = serde_json::from_str::<Value>(line) else { return Some(format!("it is no JSON: {line}")) };
    let named = tenants(&read);
    for marks in all.iter().filter(|marks| line.contains(&marks.canary)) {
        if named.is_empty() {
            return Some(format!("what is {}'s is in a line about no tenant: {line}", marks.canary));
        }
        if !named.iter().all(|name| marks.is(name)) {
            return Some(format!("what is {}'s is in a line about {named:?}: {line}", marks.canary));
        }
    }
    secret(line, all.iter().flat_map(|marks| marks.secrets.iter().chain([&marks.setting])))
}

/// All that a line says of which tenant it is about: itself, its request, and the spans around it.
fn tenants(line: &Value) -> Vec<&Value> {
    let spans = line["spans"].as_array().into_iter().flatten();
    let fields = [&line["fields"], &line["request"], &line["span"]].into_iter().chain(spans);
    let named = fields.flat_map(|fields| [fields.get("tenant"), fields.get("tenant.id")]);
    named.flatten().collect()
}

fn secret<'m>(text: &str, mut secrets: impl Iterator<Item = &'m String>) -> Option<String> {
    secrets.find(|secret| text.contains(*secret)).map(|secret| format!("the secret {secret} is logged:\n{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both() -> [Marks; 2] {
        [(17, "zq0001qz"), (18, "zq0002qz")].map(|(id, canary)| Marks {
            id,
            canary: canary.into(),
            secrets: vec![format!("pass-{canary}"), format!("key{id}")],
            setting: format!("token-{canary}"),
        })
    }

    #[test]
    fn a_line_about_one_tenant_may_hold_what_is_its_own() {
        let innocent = [
            r#"{"fields":{"message":"ended"}}"#,
            r#"{"fields":{"tenant":17,"reason":"of zq0001qz"}}"#,
            r#"{"fields":{"tenant":"17","reason":"of zq0001qz"}}"#,
            r#"{"fields":{"tenant.id":17,"reason":"of zq0001qz"}}"#,
            r#"{"fields":{"tenant":17},"request":{"tenant":"zq0001qz"},"spans":[{"tenant":"zq0001qz"}]}"#,
            r#"{"fields":{"message":"answered"},"request":{"tenant":"zq0002qz"},"spans":[]}"#,
            r#"{"fields":{"tenant":3},"request":{"tenant":"tenant-1"}}"#,
        ];
        for line in innocent {
            assert_eq!(wrong_in_process_log(line, &both()), None);
        }
    }

    #[test]
    fn a_line_that_leaks_is_found() {
        let leaking = [
            ("another's text", r#"{"fields":{"tenant":17,"reason":"of zq0002qz"}}"#),
            ("another's text in a field's name", r#"{"fields":{"tenant":17,"zq0002qz":1}}"#),
            ("another's text in its request", r#"{"fields":{},"request":{"tenant":"zq0001qz","action":"zq0002qz"}}"#),
            ("a text of both", r#"{"fields":{"tenant":18,"reason":"zq0001qz zq0002qz"}}"#),
            ("about one within a request of another", r#"{"fields":{"tenant":18},"request":{"tenant":"zq0001qz"}}"#),
            ("the same in an outer span", r#"{"fields":{"tenant":18},"spans":[{"tenant":"zq0001qz"},{"id":"x"}]}"#),
            (
                "in a request of a tenant of another test",
                r#"{"fields":{"a":"zq0001qz"},"request":{"tenant":"tenant-1"}}"#,
            ),
            ("a text in a line about no tenant", r#"{"fields":{"reason":"of zq0001qz"},"request":{"id":"x"}}"#),
            ("a password of its own", r#"{"fields":{"tenant":17,"query":"pass-zq0001qz"}}"#),
            ("a key in a line about no tenant", r#"{"fields":{"query":"api_key=key18"}}"#),
            ("a setting of its own", r#"{"fields":{"tenant":17,"call":"token-zq0001qz"}}"#),
            ("no JSON", "zq0001qz"),
        ];
        for (leak, line) in leaking {
            assert!(wrong_in_process_log(line, &both()).is_some(), "{leak}: {line}");
        }
    }

    #[test]
    fn a_plugins_line_or_a_view_that_leaks_is_found() {
        let both = both();
        let [own, _] = &both;
        for innocent in ["", "told token-zq0001qz by zq0001qz", "zq0003qz"] {
            assert_eq!(wrong_in_ring(innocent, own, &both), None);
            assert_eq!(wrong_in_view(innocent, own, &both), None);
        }
        for leak in ["told token-zq0002qz", "by zq0002qz", "pass-zq0001qz", "key17", "key18"] {
            assert!(wrong_in_ring(leak, own, &both).is_some(), "{leak}");
        }
        assert!(wrong_in_view("told token-zq0002qz", own, &both).is_some());
        assert_eq!(wrong_in_view("pass-zq0001qz", own, &both), None, "a tenant may see its own passwords");
    }
}
