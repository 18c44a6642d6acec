//! What is known of a call besides its parameters, for those who ask: the records of `linecard:base`. While a kept body is
//! built, only what its cache rule names.

use crate::call::Call;
use crate::state::{Asked, CallState};
use crate::stop::Stop;
use host_core::action::{Dependency, Verb};
use host_core::caller::CallerRole;
use serde_json::Value;
use std::sync::Arc;
use wasmtime::component::{ComponentType, Lower};

/// What a caller may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum GuestRole {
    #[component(name = "stranger")]
    Stranger,
    #[component(name = "line")]
    Line,
    #[component(name = "reseller")]
    Reseller,
    #[component(name = "admin")]
    Admin,
}

impl From<CallerRole> for GuestRole {
    fn from(role: CallerRole) -> GuestRole {
        match role {
            CallerRole::Stranger => GuestRole::Stranger,
            CallerRole::Line => GuestRole::Line,
            CallerRole::Reseller => GuestRole::Reseller,
            CallerRole::Admin => GuestRole::Admin,
        }
    }
}

/// Who calls.
#[derive(Debug, ComponentType, Lower)]
#[component(record)]
pub struct CallerFacts {
    /// As what.
    pub role: GuestRole,
    /// The user's id, if it is one.
    pub user: Option<u32>,
    /// The line's id, if it is one.
    pub line: Option<u32>,
}

/// How the request came.
#[derive(Debug, ComponentType, Lower)]
#[component(record)]
pub struct RequestFacts {
    /// Its id.
    pub id: Arc<str>,
    /// Over TLS, as the client sees it.
    pub secure: bool,
    /// As the client should use it, without port.
    pub host: Arc<str>,
    /// As the client should use it.
    pub port: u16,
    /// The client's address.
    pub address: String,
    /// The client's `User-Agent`.
    pub agent: Arc<str>,
    /// What later versions tell.
    pub more: Option<String>,
}

/// What the verb of a common action is called with.
#[derive(Debug, ComponentType, Lower)]
#[component(record)]
pub struct VerbArguments {
    /// Of no meaning where it takes none.
    pub id: u32,
    /// A JSON object.
    pub fields: String,
}

impl CallState {
    fn asked(&self) -> Result<&Asked, Stop> {
        self.asked.as_ref().ok_or(Stop::InTrial)
    }

    fn call(&self) -> Result<&Call, Stop> {
        Ok(&self.asked()?.call)
    }

    /// Who calls.
    pub(crate) fn caller_facts(&self) -> Result<CallerFacts, Stop> {
        let (caller, is_shown) = (&self.call()?.caller, self.build.is_none());
        Ok(CallerFacts {
            role: caller.role().into(),
            user: caller.user().filter(|_| is_shown).map(|id| id.0),
            line: caller.line().filter(|_| is_shown).map(|id| id.0),
        })
    }

    /// How the request came.
    pub(crate) fn request_facts(&self) -> Result<RequestFacts, Stop> {
        let call = self.call()?;
        let request = &call.request;
        let origin = RequestFacts {
            id: Arc::default(),
            secure: request.scheme == "https",
            host: Arc::clone(&request.host),
            port: request.port,
            address: String::new(),
            agent: Arc::default(),
            more: None,
        };
        Ok(match &self.build {
            None => RequestFacts {
                id: Arc::clone(&call.caller.request),
                address: request.address.to_string(),
                agent: Arc::clone(&request.agent),
                ..origin
            },
            Some(build) if build.depends(Dependency::Host) => origin,
            Some(_) => RequestFacts { secure: false, host: Arc::default(), port: 0, ..origin },
        })
    }

    /// The tenant's settings of the plugin, a JSON object.
    pub(crate) fn settings_text(&self) -> Result<String, Stop> {
        Ok(self.asked()?.settings.text().unwrap_or("{}").to_owned())
    }

    /// The name that was asked for, where no action has it.
    pub(crate) fn instead_of(&self) -> Result<Option<String>, Stop> {
        let name = self.call()?.asked_name.as_ref();
        Ok(name.filter(|_| self.build.is_none()).cloned())
    }

    /// Whether nothing will be committed.
    pub(crate) fn is_dry_run(&self) -> Result<bool, Stop> {
        Ok(self.call()?.dry_run)
    }

    /// What the verb of a common action is called with.
    pub(crate) fn verb_arguments(&self) -> Result<VerbArguments, Stop> {
        let Asked { call, action, .. } = self.asked()?;
        let (id, mut fields) = action.asked(&call.parameters);
        let shape = &action.reply;
        if matches!(action.does, Some(Verb::List(_))) && !shape.is_made_of_whole_rows() {
            let shown = shape.fields_shown(call.caller.role(), &call.columns);
            fields.insert("fields".to_owned(), shown.into_iter().map(Value::from).collect());
        }
        let fields = serde_json::to_string(&fields).unwrap_or_else(|_| "{}".to_owned());
        Ok(VerbArguments { id, fields })
    }
}
