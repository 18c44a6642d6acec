//! One build of a cached body: what its guest may read, and which markers stand for a line's own values.

use crate::body::splice::Marker;
use crate::capability::needs::Needs;
use host_core::action::{CacheRule, Dependency, Splice};
use serde_json::{Map, Value};

/// A running build. Whatever its guest reads must be in the key, or be a marker.
#[derive(Debug)]
pub(crate) struct BodyBuild {
    rule: CacheRule,
    marker: Marker,
}

impl BodyBuild {
    /// Under a rule, with fresh markers.
    pub(crate) fn new(rule: CacheRule, marker: Marker) -> BodyBuild {
        BodyBuild { rule, marker }
    }

    /// Its markers.
    pub(crate) fn marker(&self) -> &Marker {
        &self.marker
    }

    /// Whether parts of the body are asked for.
    pub(crate) fn is_cut(&self) -> bool {
        self.rule.window.is_some()
    }

    /// Whether the rule names a fact.
    pub(crate) fn depends(&self, dependency: Dependency) -> bool {
        self.rule.depends.contains(&dependency)
    }

    /// Whether a host function may be called.
    pub(crate) fn allows(&self, needs: Needs) -> bool {
        match needs {
            Needs::Line => true,
            Needs::Catalogue => self.depends(Dependency::Bouquets),
            Needs::Guide => self.depends(Dependency::Bouquets) && self.depends(Dependency::Guide),
            Needs::Scope | Needs::Writing => false,
        }
    }

    /// What `lines.mine` returns: the facts that the rule names, markers for what is spliced, and nothing else.
    pub(crate) fn disguise(&self, view: &str) -> serde_json::Result<String> {
        let mut view: Value = serde_json::from_str(view)?;
        let mut line = Map::new();
        for splice in &self.rule.splice {
            let name = match splice {
                Splice::Username => "username",
                Splice::Password => "password",
            };
            line.insert(name.into(), self.marker.text(*splice).into());
        }
        for (dependency, name) in [(Dependency::Bouquets, "bouquets"), (Dependency::Outputs, "allowed_outputs")] {
            if self.depends(dependency)
                && let Some(found) = view.get_mut("line").and_then(|line| line.get_mut(name))
            {
                line.insert(name.into(), found.take());
            }
        }
        let mut shown = Map::new();
        shown.insert("line".into(), line.into());
        if self.depends(Dependency::Settings)
            && let Some(server) = view.get_mut("server")
        {
            shown.insert("server".into(), server.take());
        }
        serde_json::to_string(&shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn build(depends: &[Dependency], splice: &[Splice]) -> BodyBuild {
        let (depends, splice) = (depends.to_vec(), splice.to_vec());
        let rule = CacheRule { depends, splice, key: None, window: None, seconds: 0, file: false };
        BodyBuild::new(rule, Marker::new(&[7; 20]))
    }

    #[test]
    fn a_build_sees_only_what_its_rule_names() {
        let view = json!({"line": {"id": 7, "username": "ann", "password": "s3cret", "bouquets": [1], "expiry": 5,
            "allowed_outputs": ["ts"]}, "server": {"name": "x"}});
        let build = build(&[Dependency::Bouquets], &[Splice::Username]);
        let seen: Value = serde_json::from_str(&build.disguise(&view.to_string()).unwrap()).unwrap();
        assert_eq!(seen, json!({"line": {"username": build.marker().text(Splice::Username), "bouquets": [1]}}));
    }

    #[test]
    fn a_build_may_not_read_what_is_not_in_its_key() {
        let plain = build(&[Dependency::Bouquets], &[]);
        assert!(plain.allows(Needs::Catalogue));
        for needs in [Needs::Guide, Needs::Scope, Needs::Writing] {
            assert!(!plain.allows(needs), "{needs:?}");
        }
        assert!(build(&[Dependency::Bouquets, Dependency::Guide], &[]).allows(Needs::Guide));
    }
}
