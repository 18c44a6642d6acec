//! What a cached body is cached under: all that its content depends on.

use crate::call::Call;
use crate::route::Route;
use host_core::action::{CacheRule, Dependency};
use host_core::caller::CallerRole;
use host_core::line::Line;
use host_engine::Engine;
use sha2::{Digest, Sha256};

/// A key. Two calls with the same key get the same body, but for what is spliced in.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Key {
    /// Digest of plugin, settings, action, parameters, role and the facts that the rule names.
    facts: [u8; 32],
    /// Generation of the lists of the line's bouquets; 0 when the rule does not name them.
    catalogue: u64,
    /// Generation of the settings; 0 when the rule does not name them.
    settings: u64,
    /// Generation of the guide; 0 when the rule does not name it.
    guide: u64,
    /// Which span of the rule's seconds it was made in.
    span: i64,
}

impl Key {
    /// The key of a call now. Read before the build begins: what changes meanwhile is another key.
    pub(crate) fn of(engine: &Engine, route: &Route, rule: &CacheRule, call: &Call) -> Key {
        let tenant = call.caller.tenant;
        let depends = |dependency| rule.depends.contains(&dependency);
        // Who is no line may be shown any bouquet.
        let bouquets = call.line.as_ref().map(|line| line.bouquets.as_slice());
        let catalogue = || engine.catalogue_generation(tenant, bouquets);
        let mut facts = Facts(Sha256::new());
        facts.add(&route.plugin.digest);
        facts.add(route.active.settings.digest());
        facts.add(route.action.surface.as_bytes());
        facts.add(route.action.name.as_bytes());
        facts.add(role(call.caller.role()).as_bytes());
        facts.add(&serde_json::to_vec(&call.parameters).unwrap_or_default());
        if let Some(line) = &call.line {
            facts.add_line(line, rule);
        }
        if depends(Dependency::Host) {
            facts.add(call.request.scheme.as_bytes());
            facts.add(call.request.host.as_bytes());
            facts.add(&call.request.port.to_le_bytes());
        }
        Key {
            facts: facts.0.finalize().into(),
            catalogue: if depends(Dependency::Bouquets) { catalogue() } else { 0 },
            settings: if depends(Dependency::Settings) { engine.settings_generation(tenant) } else { 0 },
            guide: if depends(Dependency::Guide) { engine.guide_generation(tenant) } else { 0 },
            span: match i64::from(rule.seconds) {
                0 => 0,
                seconds => engine.clock().now().0.div_euclid(seconds),
            },
        }
    }

    /// A key of no call.
    #[cfg(test)]
    pub(crate) fn numbered(number: u64) -> Key {
        Key { facts: [0; 32], catalogue: number, settings: 0, guide: 0, span: 0 }
    }

    /// Whether a body under this key is of no more use once one under `newer` is there.
    pub(crate) fn is_outdated_by(&self, newer: &Key) -> bool {
        let older = |mine: u64, other: u64| mine != 0 && other != 0 && mine < other;
        older(self.settings, newer.settings)
            || older(self.guide, newer.guide)
            || (self.facts == newer.facts && older(self.catalogue, newer.catalogue))
            || (self.facts == newer.facts && self.span < newer.span)
    }
}

struct Facts(Sha256);

impl Facts {
    /// Length first, so that two facts cannot run together.
    fn add(&mut self, fact: &[u8]) {
        self.0.update((fact.len() as u64).to_le_bytes());
        self.0.update(fact);
    }

    fn add_line(&mut self, line: &Line, rule: &CacheRule) {
        if rule.depends.contains(&Dependency::Bouquets) {
            // Their order is the order of the lists.
            let ids: Vec<u8> = line.bouquets.iter().flat_map(|bouquet| bouquet.0.to_le_bytes()).collect();
            self.add(&ids);
        }
        if rule.depends.contains(&Dependency::Outputs) {
            let outputs: Vec<u8> = line.allowed_outputs.iter().map(|output| *output as u8).collect();
            self.add(&outputs);
        }
    }
}

pub(crate) const fn role(role: CallerRole) -> &'static str {
    match role {
        CallerRole::Stranger => "stranger",
        CallerRole::Line => "line",
        CallerRole::Reseller => "reseller",
        CallerRole::Admin => "admin",
    }
}
