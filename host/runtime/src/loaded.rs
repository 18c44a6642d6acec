//! A plugin that is ready to answer: compiled, linked, its description checked against the component itself. One loaded
//! plugin serves all tenants that have it.

use crate::assets::Assets;
use crate::cache::Cache;
use crate::guest::Answered;
use crate::limits::{HANDLES, HOST_CALL_BYTES};
use crate::link;
use crate::load_error::LoadError;
use crate::log::one_line;
use crate::manifest;
use crate::package::Package;
use crate::package_error::QUOTED;
use crate::state::{CallState, Collections};
use crate::stop::Stop;
use host_core::TenantId;
use host_core::action::{Action, Description, Surface};
use host_core::caller::{Caller, Identity};
use host_core::grant::Grant;
use linecard_package::Manifest;
use parking_lot::Mutex;
use std::sync::{Arc, Weak};
use wasmtime::component::{Component, ComponentExportIndex, InstancePre};
use wasmtime::{Engine, Store, UpdateDeadline};

/// A loaded plugin.
pub struct LoadedPlugin {
    /// SHA-256 of its file.
    pub digest: [u8; 32],
    /// Who it is.
    pub manifest: Manifest,
    /// What it asks for; all of it is linked.
    pub asked: Arc<Grant>,
    /// What tenants granted less of it, each once.
    granted: Mutex<Vec<Weak<Grant>>>,
    /// The surfaces whose dialect it owns.
    pub surfaces: Vec<Arc<Surface>>,
    /// Its static files.
    pub assets: Arc<Assets>,
    /// Its own collections.
    pub(crate) collections: Arc<Collections>,
    /// The actions that it answers.
    pub actions: Vec<Arc<Action>>,
    /// `reseller/create_line`, for each of them: what the audit calls it.
    pub(crate) labels: Vec<Arc<str>>,
    instances: InstancePre<CallState>,
    names: ComponentExportIndex,
    handle: ComponentExportIndex,
    /// Answers instead of the component.
    #[cfg(feature = "native")]
    pub(crate) native: std::sync::OnceLock<crate::native::NativeAction>,
}

/// How a call of a guest ended, and what the host knew of it.
pub(crate) type Ended = (CallState, wasmtime::Result<Answered>);

impl LoadedPlugin {
    /// Compiles, links and tries a package. Everything it asks for gets linked; whether that is granted is looked
    /// at before it answers calls. The trial run is given nothing of the host but its log.
    pub(crate) async fn load(
        host: &Arc<host_engine::Engine>,
        engine: &Engine,
        cache: &Cache,
        package: Package,
        shipped: bool,
    ) -> Result<LoadedPlugin, LoadError> {
        let unknown = link::unknown(&package.asked);
        if !unknown.is_empty() {
            return Err(LoadError::Unknown(unknown));
        }
        let component = cache.component(engine, &package, shipped).await?;
        let linked = |error: wasmtime::Error| LoadError::Link(one_line(&format!("{error:#}"), QUOTED));
        let instances = link::linker(engine, &component, &package.asked.functions)
            .and_then(|linker| linker.instantiate_pre(&component))
            .map_err(linked)?;
        let Description { surfaces, actions, .. } = package.description;
        let loaded = LoadedPlugin {
            digest: package.digest,
            collections: Arc::new(manifest::collections(&package.manifest)),
            manifest: package.manifest,
            asked: Arc::new(package.asked),
            granted: Mutex::default(),
            labels: actions.iter().map(|action| format!("{}/{}", action.surface, action.name).into()).collect(),
            surfaces: surfaces.into_iter().map(Arc::new).collect(),
            assets: package.assets,
            actions: actions.into_iter().map(Arc::new).collect(),
            names: export(&component, "names")?,
            handle: export(&component, "handle")?,
            instances,
            #[cfg(feature = "native")]
            native: std::sync::OnceLock::new(),
        };
        let answers = loaded.names(nobody(host)).await;
        loaded.check_names(answers.map_err(tried)?)?;
        Ok(loaded)
    }

    /// The digest in hex.
    pub fn digest_hex(&self) -> String {
        hex::encode(self.digest)
    }

    /// What a tenant that granted this lets it use. Most tenants grant the same: it is in memory once.
    pub(crate) fn granted(&self, given: &Grant) -> Arc<Grant> {
        let grant = self.asked.intersection(given);
        if grant == *self.asked {
            return Arc::clone(&self.asked);
        }
        let mut known = self.granted.lock();
        if let Some(shared) = known.iter().filter_map(Weak::upgrade).find(|shared| **shared == grant) {
            return shared;
        }
        let grant = Arc::new(grant);
        known.retain(|shared| shared.strong_count() > 0);
        known.push(Arc::downgrade(&grant));
        grant
    }

    /// Answers one call in a fresh instance; the state comes back, however it ended.
    pub(crate) async fn answer(&self, state: CallState, action: &str, parameters: &str) -> Ended {
        #[cfg(feature = "native")]
        if let Some(native) = self.native.get() {
            return crate::native::answer(*native, state, action, parameters);
        }
        let mut store = bounded(self.instances.engine(), state);
        store.limiter(|state| &mut state.meter);
        let answered = self.handle(&mut store, action, parameters).await;
        (store.into_data(), answered)
    }

    async fn handle(&self, store: &mut Store<CallState>, action: &str, parameters: &str) -> wasmtime::Result<Answered> {
        let instance = self.instances.instantiate_async(&mut *store).await?;
        let handle = instance.get_typed_func::<(&str, &str), (Answered,)>(&mut *store, &self.handle)?;
        let (answered,) = handle.call_async(store, (action, parameters)).await?;
        Ok(answered)
    }

    /// What the component says it answers.
    async fn names(&self, state: CallState) -> wasmtime::Result<Vec<String>> {
        let mut store = bounded(self.instances.engine(), state);
        store.limiter(|state| &mut state.meter);
        let instance = self.instances.instantiate_async(&mut store).await?;
        // The type of `handle` is checked here, so that no call finds out.
        instance.get_typed_func::<(&str, &str), (Answered,)>(&mut store, &self.handle)?;
        let names = instance.get_typed_func::<(), (Vec<String>,)>(&mut store, &self.names)?;
        let (names,) = names.call_async(&mut store, ()).await?;
        Ok(names)
    }

    fn check_names(&self, mut answers: Vec<String>) -> Result<(), LoadError> {
        let mut described: Vec<_> = self.actions.iter().map(|a| format!("{}/{}", a.surface, a.name)).collect();
        described.sort();
        answers.sort();
        answers.dedup();
        if described == answers {
            return Ok(());
        }
        // They are the guest's words: some of them, and of each as much as a name may have.
        let only = |here: &[String], there: &[String]| {
            let names = here.iter().filter(|name| !there.contains(name)).take(8);
            names.map(|name| one_line(name, 130)).collect::<Vec<_>>().join(", ")
        };
        let (more, less) = (only(&described, &answers), only(&answers, &described));
        Err(LoadError::Description(format!("described only: [{more}]; answered only: [{less}]")))
    }
}

const EXPORTED: &str = "linecard:plugin/actions@0.1.0";

fn export(component: &Component, name: &str) -> Result<ComponentExportIndex, LoadError> {
    let interface = component.get_export_index(None, EXPORTED);
    let function = interface.and_then(|interface| component.get_export_index(Some(&interface), name));
    function.ok_or_else(|| LoadError::Link(format!("it does not export {EXPORTED} with {name}")))
}

/// Why a trial run failed.
fn tried(error: wasmtime::Error) -> LoadError {
    match crate::limits::has_no_room(&error) {
        true => LoadError::Busy,
        false => LoadError::Trial(one_line(&format!("{error:#}"), QUOTED)),
    }
}

/// A store that holds a guest to its limits.
fn bounded(engine: &Engine, mut state: CallState) -> Store<CallState> {
    // The first tick is a whole one, so that a short call never gives way in its middle.
    let first = state.meter.tick();
    let mut store = Store::new(engine, state);
    store.set_hostcall_fuel(HOST_CALL_BYTES);
    store.set_max_component_handles(HANDLES);
    // Fires in each tick in which the guest runs: lets other tasks of the thread go on, and counts guest time.
    store.epoch_deadline_callback(|mut store| {
        store.data_mut().meter.tick().map_err(Stop::Spent)?;
        Ok(UpdateDeadline::Yield(1))
    });
    store.set_epoch_deadline(if first.is_ok() { 2 } else { 1 });
    store
}

/// The state of a trial run: a stranger of no tenant, who may see nothing and change nothing.
fn nobody(host: &Arc<host_engine::Engine>) -> CallState {
    let caller = Caller {
        tenant: TenantId(0),
        identity: Identity::Stranger,
        address: None,
        key_prefix: None,
        session: None,
        request: Arc::default(),
    };
    let work = host.begin(caller, "load").attempt();
    CallState::new(work, None)
}
