//! Giving and taking back what plugins ask for. A grant without a list is for one file, the one that was looked at.

use crate::Runtime;
use crate::file::{blocking, read};
use crate::known::Known;
use crate::load_error::LoadError;
use crate::package::Package;
use host_core::action::{Budget, Reach};
use host_core::caller::Caller;
use host_core::grant::{Function, Grant};
use host_core::plugin::InstalledPlugin;
use host_core::refusal::{Code, Refusal};
use host_engine::Work;
use host_engine::plugin;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Shortest beginning of a digest that names a file.
const DIGEST_SHORTEST: usize = 8;

impl Runtime {
    /// Grants a plugin what it asks for, or only these of it: `linecard:lines/lines.sell`, `records:stream:read`,
    /// `route:player/account`, `mount:/x/name/page`, `budget:job`, `html:surface`; the last is never part of a
    /// grant without a list. `digest`, or its beginning, names the file that is meant: a version that came through
    /// the drop folder is not granted as a whole without it, because another may have taken its place since it was
    /// looked at. A version that waited for the grant takes over at once. Returns what is granted now.
    ///
    /// # Errors
    /// `not_found` when the tenant has no such plugin, `invalid_input` for what it does not ask for and for a
    /// digest that is another's or is missing, and when a waiting version does not load.
    pub async fn grant(
        self: &Arc<Runtime>,
        caller: Caller,
        name: &str,
        what: &[String],
        digest: Option<&str>,
    ) -> Result<Grant, LoadError> {
        let tenant = caller.tenant;
        let row = self.row(tenant, name).await?;
        let row = row.ok_or_else(|| no_such(name))?;
        let installed = self.installed_file(&row).await?;
        let waiting = self.waiting_file(&self.tenant_plugins(tenant), &row).await;
        let meant = meant(&installed, waiting.as_deref(), digest)?;
        let mut chosen = if what.is_empty() { whole(&row, meant, digest)? } else { parse(what)?.of(&meant.asked)? };
        chosen.digest.clone_from(&meant.digest);
        let grow = async |work: &mut Work| plugin::grant(work, tenant, name, &chosen).await;
        let granted = self.engine.act_control(caller.clone(), "plugin grant", grow).await?.granted;
        if let Some(waiting) = waiting.filter(|known| granted.missing(&known.asked, &known.digest).is_empty()) {
            let path = self.waiting_path(tenant, name);
            let package = blocking(move || Ok(Package::read(read(&path)?)?)).await?;
            if package.digest_hex() != waiting.digest {
                return Err(invalid("digest", format!("Another version of {name} waits by now; look at it first.")));
            }
            self.bring(caller, package, false).await?;
        }
        self.refresh(tenant).await?;
        Ok(granted)
    }

    /// Takes grants back, all or only these. A plugin that asks for one of them ends at once.
    /// Returns what is granted now.
    ///
    /// # Errors
    /// `not_found` when the tenant has no such plugin, `invalid_input` for malformed entries.
    pub async fn revoke(self: &Arc<Runtime>, caller: Caller, name: &str, what: &[String]) -> Result<Grant, LoadError> {
        let tenant = caller.tenant;
        let less = parse(what)?.into_grant();
        let less = (!what.is_empty()).then_some(&less);
        let shrink = async |work: &mut Work| plugin::revoke(work, tenant, name, less).await;
        let granted = self.engine.act_control(caller, "plugin revoke", shrink).await?.granted;
        self.refresh(tenant).await?;
        Ok(granted)
    }
}

fn no_such(name: &str) -> LoadError {
    let message = format!("This tenant has no foreign plugin named {name}; `linecard plugin list` shows those it has.");
    LoadError::Engine(Refusal::new(Code::NotFound, message).into())
}

/// The file that a grant is for: the one with the digest, otherwise the one that waits, or the installed one.
fn meant<'k>(installed: &'k Known, waiting: Option<&'k Known>, digest: Option<&str>) -> Result<&'k Known, LoadError> {
    let Some(digest) = digest else { return Ok(waiting.unwrap_or(installed)) };
    if digest.len() < DIGEST_SHORTEST {
        return Err(invalid("digest", format!("A digest is named by at least {DIGEST_SHORTEST} of its characters.")));
    }
    let found = waiting.into_iter().chain([installed]).find(|known| known.digest.starts_with(digest));
    found.ok_or_else(|| {
        let message = "No version that is installed or waits has this digest; `linecard plugin list` shows them.";
        invalid("digest", message.into())
    })
}

/// All that one file asks for.
fn whole(row: &InstalledPlugin, meant: &Known, digest: Option<&str>) -> Result<Grant, LoadError> {
    let was_dropped = row.nominated.contains(&meant.digest);
    if was_dropped && digest.is_none() && !row.granted.missing(&meant.asked, &meant.digest).is_empty() {
        let short = meant.digest.get(..12).unwrap_or(&meant.digest);
        let message = format!(
            "Version {} came through the drop folder: look at what it asks for in `linecard plugin list`, and grant \
             it by its digest, `--digest {short}`.",
            meant.version
        );
        return Err(invalid("digest", message));
    }
    Ok(Grant { html: BTreeSet::new(), ..meant.asked.clone() })
}

/// What an operator typed.
#[derive(Default)]
struct Chosen {
    functions: BTreeSet<Function>,
    limits: BTreeMap<String, BTreeSet<String>>,
    routes: BTreeSet<String>,
    mounts: BTreeSet<String>,
    budgets: BTreeSet<Budget>,
    html: BTreeSet<String>,
}

fn parse(what: &[String]) -> Result<Chosen, LoadError> {
    let mut chosen = Chosen::default();
    for entry in what {
        match entry.split_once(':') {
            Some(("route", route)) => drop(chosen.routes.insert(route.to_owned())),
            Some(("mount", path)) => drop(chosen.mounts.insert(path.to_owned())),
            Some(("html", surface)) => drop(chosen.html.insert(surface.to_owned())),
            Some(("budget", class)) => {
                let budget = [Budget::Http, Budget::Job].into_iter().find(|budget| budget.name() == class);
                let budget = budget.ok_or_else(|| invalid("what", format!("{entry} is neither http nor job.")))?;
                chosen.budgets.insert(budget);
            }
            _ if entry.contains('/') => drop(chosen.functions.insert(Function(entry.clone()))),
            Some((capability, limit)) => {
                chosen.limits.entry(capability.to_owned()).or_default().insert(limit.to_owned());
            }
            None => {
                let message = format!(
                    "{entry} is no function, and neither CAPABILITY:LIMIT nor one of route:, mount:, budget:, html:."
                );
                return Err(invalid("what", message));
            }
        }
    }
    Ok(chosen)
}

impl Chosen {
    /// As a grant, whatever a plugin asks for.
    fn into_grant(self) -> Grant {
        let routes = self.routes.into_iter().map(|route| (route, Reach::default())).collect();
        let Chosen { functions, limits, mounts, budgets, html, .. } = self;
        Grant { functions, limits, routes, mounts, budgets, html, ..Grant::default() }
    }

    /// What of it is asked for, each action with the reach that it asks for.
    fn of(self, asked: &Grant) -> Result<Grant, LoadError> {
        let mut chosen = self.into_grant();
        let mut unasked: Vec<String> = Vec::new();
        for (route, reach) in &mut chosen.routes {
            match asked.routes.get(route) {
                Some(wanted) => reach.clone_from(wanted),
                None => unasked.push(format!("route:{route}")),
            }
        }
        unasked.extend(chosen.html.difference(&asked.html).map(|surface| format!("html:{surface}")));
        // Seen from the other side, what it does not ask for is what it lacks.
        unasked.extend(asked.missing(&Grant { routes: BTreeMap::new(), ..chosen.clone() }, ""));
        if unasked.is_empty() {
            return Ok(chosen);
        }
        Err(invalid("what", format!("It does not ask for {}.", unasked.join(", "))))
    }
}

fn invalid(field: &'static str, message: String) -> LoadError {
    LoadError::Engine(Refusal::field(Code::InvalidInput, field, message).into())
}
