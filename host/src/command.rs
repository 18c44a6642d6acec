//! From a parsed command line to its effect: what runs a panel, what only looks at files, and what is a request
//! to a panel, running or not.

use crate::cli::{self, AccessCode, Cli, Command, Import, Key, Plugin, RoleName, Tenant, User};
use crate::config::Config;
use crate::control::{Request, client};
use crate::panel::{Panel, is_running, socket};
use crate::perform::perform;
use crate::{demo, doctor, inspect, logging, serve, view};
use anyhow::{Context, bail, ensure};
use clap::CommandFactory;
use clap::error::ErrorKind;
use host_core::user::Role;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Runs a command to its end.
pub(crate) fn run(cli: Cli) -> anyhow::Result<()> {
    let Cli { data, config, json, command } = cli;
    let mut report = None;
    let request = match command {
        Command::CompilePlugin => return host_runtime::compile_child().context("the plugin cannot be compiled"),
        Command::Demo(args) => {
            let config = Config::read(config.as_deref())?;
            return asynchronous(demo::run(args, config, json));
        }
        Command::Serve(args) => {
            let config = Config::read(config.as_deref())?;
            return asynchronous(serve::run(args, config, &data));
        }
        Command::Doctor(args) => {
            let rows = doctor::findings(&data, config.as_deref(), &[args.listen, args.management]);
            view::print(&rows, view::doctor, json);
            ensure!(
                !doctor::has_problem(&rows),
                "a panel cannot run like this; the rows with a problem say what to do"
            );
            return Ok(());
        }
        Command::Config(cli::Config::Check) => {
            view::print(&checked(config.as_deref())?, view::table, json);
            return Ok(());
        }
        Command::Plugin(Plugin::Inspect { file }) => {
            view::print(&inspect::describe(&file)?, view::inspect, json);
            return Ok(());
        }
        Command::Tenant(command) => tenant(command),
        Command::User(command) => user(command),
        Command::Key(command) => key(command),
        Command::AccessCode(command) => access_code(command),
        Command::Import(command) => {
            let (request, file) = import(command)?;
            report = file;
            request
        }
        Command::Plugin(command) => plugin(command)?,
        Command::Why(args) => Request::Why { tenant: args.tenant, line: args.line, address: args.address },
        Command::Verify(args) => Request::Verify { tenant: args.tenant },
    };
    let config = Config::read(config.as_deref())?;
    let view = view::of(&request);
    let value = asynchronous(ask(&data, config, request))?;
    if let Some(file) = report {
        std::fs::write(&file, view::left_out(&value))
            .with_context(|| format!("the import is done, but {} cannot be written", file.display()))?;
    }
    view::print(&value, view, json);
    if value.get("broken").and_then(Value::as_array).is_some_and(|broken| !broken.is_empty()) {
        bail!("the stored data breaks its invariants; keep a copy of the folder before you change anything");
    }
    Ok(())
}

/// Reads the configuration and what it names as `serve` would.
fn checked(path: Option<&Path>) -> anyhow::Result<Value> {
    let config = Config::read(path)?;
    let mut names = Vec::new();
    for files in config.certificates() {
        names.extend(host_http::check_certificates(&files)?);
    }
    let file = path.map_or("none; every setting has its default".to_owned(), |path| path.display().to_string());
    Ok(json!({ "configuration": file, "state": "ok", "host_names": names }))
}

fn asynchronous<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    // Sockets are looked at after eight turns of tasks: a turn may take as long as a plugin's tick.
    tokio::runtime::Builder::new_multi_thread().event_interval(8).enable_all().build()?.block_on(work)
}

/// Hands a request to the panel that runs on this folder, or performs it in process.
async fn ask(data: &Path, config: Config, request: Request) -> anyhow::Result<Value> {
    let bar = view::progress_bar();
    let shown = bar.clone();
    let progress = move |done, total| {
        shown.set_length(total);
        shown.set_position(done);
    };
    let answer = if is_running(data)? {
        client::send(&socket(data), &request, progress).await
    } else {
        ensure!(
            data.exists() || matches!(request, Request::TenantCreate { .. }),
            "{} does not exist; `linecard tenant create NAME` makes it",
            data.display()
        );
        ensure!(
            !matches!(request, Request::PluginLogs { .. }),
            "a plugin's log is kept by the running panel, and none runs on {}; start `linecard serve` and ask then",
            data.display()
        );
        logging::install(&crate::config::Log { filter: Some("warn".into()), ..config.log.clone() })?;
        let panel = Panel::open(data, config)?;
        let answer = perform(&panel, request, progress).await;
        panel.close().await;
        answer
    };
    bar.finish_and_clear();
    answer
}

fn tenant(command: Tenant) -> Request {
    match command {
        Tenant::Create { name, hosts } => Request::TenantCreate { name, hosts },
        Tenant::List => Request::TenantList,
        Tenant::Show { name } => Request::TenantShow { name },
        Tenant::Set { name, values } => Request::TenantSet { name, values },
        Tenant::Suspend { name } => Request::TenantSuspend { name, suspended: true },
        Tenant::Resume { name } => Request::TenantSuspend { name, suspended: false },
        Tenant::Delete { name, confirm } => {
            if name != confirm {
                let message = format!("--confirm {name} is needed: the tenant and its directory go for good");
                // Wrong usage, found before anything was opened.
                Cli::command().error(ErrorKind::ValueValidation, message).exit();
            }
            Request::TenantDelete { name }
        }
    }
}

fn user(command: User) -> Request {
    match command {
        User::Create { tenant, role, username, parent, group } => {
            let role = match role {
                RoleName::Admin => Role::Admin,
                RoleName::Reseller => Role::Reseller,
            };
            Request::UserCreate { tenant, role, username, parent, group }
        }
        User::List { tenant } => Request::UserList { tenant },
        User::Reset { tenant, username } => Request::UserReset { tenant, username },
        User::Disable { tenant, username } => Request::UserEnabled { tenant, username, enabled: false },
        User::Enable { tenant, username } => Request::UserEnabled { tenant, username, enabled: true },
    }
}

fn key(command: Key) -> Request {
    match command {
        Key::Create(new) => {
            let mut options = Map::new();
            options.extend(new.name.map(|name| ("name".to_owned(), name.into())));
            options.insert("header_only".into(), new.header_only.into());
            options.insert("writes_by_get".into(), new.get_writes.into());
            options.insert("compatible".into(), new.compatible.into());
            options.insert("allowed_addresses".into(), new.from.iter().map(ToString::to_string).collect());
            options.extend(new.expires.map(|end| ("expiry".to_owned(), end.into())));
            Request::KeyCreate { tenant: new.tenant, user: new.user, options }
        }
        Key::List { tenant, user } => Request::KeyList { tenant, user },
        Key::Revoke { id, tenant } => Request::KeyRevoke { tenant, id },
    }
}

fn access_code(command: AccessCode) -> Request {
    match command {
        AccessCode::Create { tenant, surface, code, from } => {
            Request::AccessCodeCreate { tenant, surface, code, addresses: from }
        }
        AccessCode::List { tenant } => Request::AccessCodeList { tenant },
        // `--anywhere` comes without networks, and no network means all.
        AccessCode::Set { code, tenant, from, anywhere: _ } => {
            Request::AccessCodeAddresses { tenant, code, addresses: from }
        }
        AccessCode::Disable { code, tenant } => Request::AccessCodeEnabled { tenant, code, enabled: false },
        AccessCode::Enable { code, tenant } => Request::AccessCodeEnabled { tenant, code, enabled: true },
    }
}

/// The request, and where its report goes.
fn import(command: Import) -> anyhow::Result<(Request, Option<PathBuf>)> {
    Ok(match command {
        Import::M3u { file, tenant, source, bouquet, prune, dry_run, report } => {
            let (file, name) = named(&file)?;
            let bouquet = bouquet.unwrap_or_else(|| name.clone());
            let source = source.unwrap_or(name);
            (Request::ImportPlaylist { tenant, file, source, bouquet, prune, dry_run }, report)
        }
        Import::Xmltv { file, tenant, source, dry_run, report } => {
            let (file, name) = named(&file)?;
            (Request::ImportGuide { tenant, file, source: source.unwrap_or(name), dry_run }, report)
        }
    })
}

fn plugin(command: Plugin) -> anyhow::Result<Request> {
    Ok(match command {
        Plugin::List { tenant } => Request::PluginList { tenant },
        Plugin::Add { file, tenant } => Request::PluginAdd { tenant, file: named(&file)?.0 },
        Plugin::Remove { name, tenant } => Request::PluginRemove { tenant, name },
        Plugin::Grant { name, tenant, digest, what } => Request::PluginGrant { tenant, name, digest, what },
        Plugin::Revoke { name, tenant, what } => Request::PluginRevoke { tenant, name, what },
        Plugin::Explain { action, tenant } => Request::PluginExplain { tenant, action },
        Plugin::Settings { name, tenant, values } => Request::PluginSettings { tenant, name, values },
        Plugin::Logs { name, tenant } => Request::PluginLogs { tenant, name },
        Plugin::Inspect { .. } => bail!("inspect looks at a file and asks no panel"),
    })
}

/// The absolute path of a file, because a running panel has another working directory, and its
/// name, which is the default name of what is imported from it.
fn named(file: &Path) -> anyhow::Result<(PathBuf, String)> {
    let path = file.canonicalize().with_context(|| format!("{} cannot be read", file.display()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((path, name))
}
