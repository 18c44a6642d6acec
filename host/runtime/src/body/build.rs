//! One build of a cached body: what its guest may read, and which markers stand for a line's own values.

use crate::body::splice::Marker;
use crate::capability::needs::Needs;
use host_core::action::{CacheRule, Dependency, Splice};

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

    /// Whether members of another action's object stand before its own.
    pub(crate) fn is_continued(&self) -> bool {
        self.rule.begin.is_some()
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

    /// What stands for the line's own values, where the rule splices them in.
    pub(crate) fn markers(&self) -> impl Iterator<Item = (Splice, String)> {
        self.rule.splice.iter().map(|splice| (*splice, self.marker.text(*splice)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(depends: &[Dependency], splice: &[Splice]) -> BodyBuild {
        let (depends, splice) = (depends.to_vec(), splice.to_vec());
        let rule =
            CacheRule { depends, splice, key: None, window: None, seconds: 0, file: false, small: false, begin: None };
        BodyBuild::new(rule, Marker::new(&[7; 20]))
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
