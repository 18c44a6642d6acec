//! An operator who puts plugin versions in place: a newer one, the one before, or a file that is
//! broken. The version that answers is the one last put in force, and every request is answered.

use super::calls::at_once;
use super::drops::Put;
use super::plugin_files::{self, FILES, VERSIONS};
use super::world::{End, World};
use host_core::caller::Scope;
use host_core::object::{Kind, Object};
use host_core::plan::Database;
use host_core::plugin::InstalledPlugin;
use host_core::port::{Filter, Query, Store, StoreError};
use host_engine::Error;
use host_runtime::{Installed, LoadError, PluginStatus};

impl World {
    /// An operator brings a file.
    pub fn operate(&mut self) {
        let tenant = self.dice.roll(self.tenants.len());
        let version = self.dice.roll(VERSIONS + 1);
        self.put(tenant, Some(version).filter(|version| *version < VERSIONS));
    }

    fn put(&mut self, tenant: usize, version: Option<usize>) {
        let name = &self.tenants[tenant].name;
        self.trace.note(format!("version {version:?} is to be put in place in {name}"));
        let id = self.tenants[tenant].id;
        self.process().drops.put(Put { tenant, id, version });
    }

    /// The plugin host goes on with what it has to do.
    pub fn take_in(&mut self) {
        let ended = self.process().drops.take();
        let putting = self.process().drops.putting().or(ended.as_ref().map(|(put, _)| *put));
        if let Some(Put { tenant, version: Some(version), .. }) = putting {
            self.in_force[tenant].put = Some(version);
        }
        self.check_plugins();
        if let Some((put, outcome)) = ended {
            self.put_ended(put, outcome);
        }
        self.check_answers();
    }

    fn put_ended(&mut self, put: Put, outcome: Result<Installed, LoadError>) {
        let told = outcome.as_ref().map(|installed| installed.status.clone()).map_err(ToString::to_string);
        self.trace.note(format!("version {:?} is put in place in tenant {}: {told:?}", put.version, put.tenant));
        let known = &mut self.in_force[put.tenant];
        match (put.version, outcome) {
            (None, Ok(_)) => panic!("a broken file is put in force in tenant {}", put.tenant),
            (None, Err(_)) => return,
            (Some(version), Ok(installed)) => {
                assert_eq!(installed.status, PluginStatus::Active, "version {version}");
                assert_eq!(known.version, version, "what was put in force in tenant {}", put.tenant);
            }
            // It may show after a crash.
            (_, Err(LoadError::Engine(Error::Store(StoreError::Unknown(_))))) => return,
            (_, Err(LoadError::Engine(Error::Store(_)))) => {}
            (_, Err(error)) => panic!("version {:?} is not taken: {error}", put.version),
        }
        known.put = None;
    }

    /// What was answered with "unknown" will not come into force any more, or nobody is putting
    /// anything in place.
    pub fn forget_puts(&mut self) {
        let putting = self.process().drops.putting().map(|put| put.tenant);
        for (tenant, known) in self.in_force.iter_mut().enumerate() {
            known.put = known.put.filter(|_| putting == Some(tenant));
        }
    }

    /// Every plugin that is known is one of the whole files. One that changes is newer than what was
    /// there and came through the drop folder for the first time, or an operator put it there.
    pub fn check_plugins(&mut self) {
        let whole: Vec<String> = FILES.iter().map(|file| plugin_files::digest(file)).collect();
        for tenant in 0..self.tenants.len() {
            let id = self.tenants[tenant].id;
            let version = self.installed(tenant);
            let known = &mut self.in_force[tenant];
            if version != known.version && known.put != Some(version) {
                assert!(version > known.version, "the plugin of {tenant} went back to version {version} by itself");
                assert!(known.brought.insert(version), "version {version} of {tenant} came a second time by itself");
            }
            known.version = version;
            for health in self.process().drops.runtime.health(id) {
                let is_whole = health.digest.is_empty() || whole.contains(&health.digest);
                assert!(is_whole, "a file that is not whole is known: {health:?}");
                let takes_part = health.status == PluginStatus::Active;
                assert!(!takes_part || !health.digest.is_empty(), "{health:?} takes part");
            }
        }
    }

    /// A request in each tenant is answered by the version in force; by the one before only while
    /// the plugin host is at work.
    pub fn check_answers(&mut self) {
        for tenant in 0..self.tenants.len() {
            let Some((line, _)) = self.owned(tenant).first().copied() else { continue };
            let is_working = self.process().drops.is_working();
            let id = self.tenants[tenant].id;
            let greeting = self.process().drops.ask(id, line);
            let answered = plugin_files::version_of(&greeting);
            let known = &mut self.in_force[tenant];
            let may = answered == known.version || is_working && answered == known.answered;
            assert!(may, "version {answered} answers in tenant {tenant}, and {} is in force", known.version);
            known.answered = answered;
        }
    }

    /// After everything else: each tenant goes back to the oldest version, and stays there when the
    /// next process looks at the same files.
    pub fn end_plugins(&mut self) {
        for tenant in 0..self.tenants.len() {
            self.put(tenant, Some(0));
        }
        self.take_all_in();
        self.lose(End::InOrder);
        self.look_long();
        for tenant in 0..self.tenants.len() {
            assert_eq!(self.in_force[tenant].version, 0, "what tenant {tenant} went back to");
        }
    }

    /// The watcher has had time for all that lies in the folders.
    pub fn look_long(&mut self) {
        let clock = self.clock.clone();
        for _ in 0..60 {
            self.process().channels.pass(&clock, 400);
            self.process().drops.look(true);
            self.take_all_in();
        }
    }

    fn take_all_in(&mut self) {
        while !self.process().drops.is_idle() {
            self.take_in();
            self.write();
        }
    }

    /// Every whole file was taken in once, unless it is older than what is in force.
    pub fn check_dropped(&mut self, there: Vec<Vec<usize>>) {
        for (tenant, versions) in there.into_iter().enumerate() {
            let row = self.plugin_row(tenant);
            for version in versions {
                let is_known = row.nominated.contains(&plugin_files::digest(&FILES[version]));
                let runs = self.in_force[tenant].version;
                assert!(is_known || version <= runs, "version {version} was dropped in {tenant}, and {runs} runs");
            }
        }
    }

    /// The version that the control database has for a tenant.
    fn installed(&mut self, tenant: usize) -> usize {
        let row = self.plugin_row(tenant);
        let version = FILES.iter().position(|file| plugin_files::digest(file) == row.digest);
        version.unwrap_or_else(|| panic!("version {} was never whole", row.plugin_version))
    }

    fn plugin_row(&mut self, tenant: usize) -> InstalledPlugin {
        let id = self.tenants[tenant].id;
        let mut query = Query::all(Kind::Plugin, Scope::Tenant);
        query.filters.push(Filter::Tenant(id));
        let rows = at_once(self.process().store.list(Database::Control, query)).unwrap().rows;
        let [Object::Plugin(row)] = rows.as_slice() else { panic!("not one plugin: {rows:?}") };
        assert_eq!(row.tenant, id, "a neighbour's plugin");
        row.clone()
    }
}
