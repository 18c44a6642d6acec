//! `user_data`: columns of the line table, as fields of a line.

use crate::parameters::{StbCreateUserData, StbEditUserData, UserCreateUserData, UserEditUserData};
use linecard_sdk::lines::{self, LineView, Options};
use linecard_sdk::{Expiry, Held, Refusal};

/// The same columns for each action that takes them.
macro_rules! columns {
    ([$($data:ident)*] $columns:tt) => {
        columns!(@columns $columns);
        $(columns!(@from $data $columns);)*
    };
    (@columns { $($column:ident: $type:ty,)* }) => {
        /// What was sent of them.
        #[derive(Default)]
        pub(crate) struct Columns {
            $(pub(crate) $column: Option<$type>,)*
        }
    };
    (@from $data:ident { $($column:ident: $type:ty,)* }) => {
        impl From<Option<$data>> for Columns {
            fn from(data: Option<$data>) -> Columns {
                data.map_or_else(Columns::default, |data| Columns { $($column: data.$column,)* })
            }
        }
    };
}

columns! {
    [UserCreateUserData UserEditUserData StbCreateUserData StbEditUserData] {
        username: String,
        password: String,
        mac: String,
        max_connections: u32,
        exp_date: Option<Expiry>,
        bouquet: Vec<u32>,
        output_formats: Vec<u32>,
        allowed_ips: Vec<String>,
        allowed_ua: Vec<String>,
        member_id: Option<u32>,
        admin_notes: String,
        reseller_notes: String,
        forced_country: String,
        admin_enabled: bool,
        enabled: bool,
        is_trial: bool,
        is_restreamer: bool,
        is_isplock: bool,
        lock_device: bool,
        package: u32,
        trial: bool,
        is_mag: u32,
        created_at: String,
        created_by: String,
    }
}

/// The outputs by their numbers, each with its key and what it is called.
pub(crate) const OUTPUTS: [(u32, &str, &str); 3] = [(1, "m3u8", "HLS"), (2, "ts", "MPEGTS"), (3, "rtmp", "RTMP")];

impl Columns {
    /// A new line or box. With a package it is sold.
    pub(crate) fn create(self, kind: &str) -> Result<Held<LineView>, Refusal> {
        self.is_of(kind)?;
        match self.package {
            Some(package) => {
                let trial = self.trial.or(self.is_trial).unwrap_or_default();
                sold(kind, package, trial, self.options()?)
            }
            None => lines::create(kind, &self.options()?),
        }
    }

    /// The line with what was sent set; with a package another term is sold first.
    pub(crate) fn edit(self, id: u32) -> Result<Held<LineView>, Refusal> {
        if self.created_at.is_some() || self.created_by.is_some() {
            return Err(Refusal::field("invalid_input", "created_at", "When and by whom a line was made stays."));
        }
        if let Some(package) = self.package {
            lines::extend(id, package, self.trial.unwrap_or_default())?;
        }
        lines::edit(id, &self.options()?)
    }

    fn is_of(&self, kind: &str) -> Result<(), Refusal> {
        if self.is_mag == Some(1) && kind == lines::LINE {
            return Err(Refusal::field("invalid_input", "is_mag", "A box is made by stb/create."));
        }
        Ok(())
    }

    fn options(self) -> Result<Options, Refusal> {
        Ok(Options {
            username: self.username,
            password: self.password,
            mac: self.mac,
            lock_device: self.lock_device,
            expiry: self.exp_date.map(Option::unwrap_or_default),
            owner: self.member_id.map(|member| member.filter(|id| *id != 0)),
            trial: self.is_trial,
            enabled: self.enabled,
            admin_enabled: self.admin_enabled,
            max_connections: self.max_connections,
            allowed_addresses: self.allowed_ips,
            allowed_agents: self.allowed_ua,
            allowed_outputs: self.output_formats.map(outputs).transpose()?,
            bouquets: self.bouquet,
            isp_lock: self.is_isplock,
            country: self.forced_country.map(|country| Some(country).filter(|country| !country.is_empty())),
            restreamer: self.is_restreamer,
            admin_notes: self.admin_notes,
            reseller_notes: self.reseller_notes,
            ..Options::default()
        })
    }
}

/// What a sale does not choose is set after it, where its caller may.
fn sold(kind: &str, package: u32, trial: bool, options: Options) -> Result<Held<LineView>, Refusal> {
    let after = Options {
        expiry: options.expiry,
        owner: options.owner,
        enabled: options.enabled,
        admin_enabled: options.admin_enabled,
        max_connections: options.max_connections,
        allowed_outputs: options.allowed_outputs,
        restreamer: options.restreamer,
        admin_notes: options.admin_notes,
        ..Options::default()
    };
    let chosen = Options {
        username: options.username,
        password: options.password,
        mac: options.mac,
        lock_device: options.lock_device,
        allowed_addresses: options.allowed_addresses,
        allowed_agents: options.allowed_agents,
        bouquets: options.bouquets,
        isp_lock: options.isp_lock,
        country: options.country,
        reseller_notes: options.reseller_notes,
        ..Options::default()
    };
    let line = lines::sell(kind, package, trial, &chosen)?;
    if after.is_empty() { Ok(line) } else { lines::edit(line.id()?, &after) }
}

fn outputs(numbers: Vec<u32>) -> Result<Vec<String>, Refusal> {
    let key = |number| OUTPUTS.iter().find(|(known, ..)| *known == number).map(|(_, key, _)| (*key).to_owned());
    let keys: Option<Vec<String>> = numbers.into_iter().map(key).collect();
    let wrong = || Refusal::field("invalid_input", "output_formats", "Each is 1 (m3u8), 2 (ts) or 3 (rtmp).");
    let keys = keys.ok_or_else(wrong)?;
    // All of them is no restriction.
    Ok(if keys.len() == OUTPUTS.len() { Vec::new() } else { keys })
}
