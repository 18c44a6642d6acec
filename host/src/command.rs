//! From a parsed command line to its effect: what runs a panel, what only looks at files, and what is a request
//! to a panel, running or not.

use crate::cli::{self, Cli, Command};
use crate::config::Config;
use crate::control::client;
use crate::panel::{Panel, is_running, socket};
use crate::request::plugin::Plugin;
use crate::request::{Needs, Perform, Request, perform};
use crate::{complete, demo, doctor, inspect, logging, serve, view};
use anyhow::{Context, bail, ensure};
use clap::CommandFactory;
use clap::error::ErrorKind;
use serde_json::{Value, json};
use std::path::Path;

/// Runs a command to its end.
pub(crate) fn run(cli: Cli) -> anyhow::Result<()> {
    let Cli { data, config, json, command } = cli;
    let config = config.as_deref();
    match command {
        Command::CompilePlugin => host_runtime::compile_child().context("the plugin cannot be compiled"),
        Command::Demo(args) => asynchronous(demo::run(args, Config::read(config)?, json)),
        Command::Serve(args) => asynchronous(serve::run(args, Config::read(config)?, &data)),
        Command::Doctor(args) => {
            let rows = doctor::findings(&data, config, &[args.listen, args.management]);
            view::print(&rows, view::doctor, json);
            ensure!(
                !doctor::has_problem(&rows),
                "a panel cannot run like this; the rows with a problem say what to do"
            );
            Ok(())
        }
        Command::Config(cli::Config::Check) => {
            view::print(&checked(config)?, view::table, json);
            Ok(())
        }
        Command::Completions(args) => complete::register(args.shell),
        // Of a file alone: no panel is asked.
        Command::Request(Request::Plugin(Plugin::Inspect(command))) => {
            view::print(&inspect::describe(&command.file)?, command.view(), json);
            Ok(())
        }
        // Likewise of what the program brings along.
        Command::Request(Request::Openapi(command)) if command.tenant.is_none() => {
            view::print(&command.of_shipped()?, command.view(), json);
            Ok(())
        }
        Command::Request(mut request) => {
            if let Some(mistake) = request.mistake() {
                // Wrong usage, found before anything was opened.
                Cli::command().error(ErrorKind::ValueValidation, mistake).exit();
            }
            request.gather()?;
            let value = asynchronous(ask(&data, Config::read(config)?, &request))?;
            view::print(&value, request.view(), json);
            request.finish(&value)
        }
    }
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
async fn ask(data: &Path, config: Config, request: &Request) -> anyhow::Result<Value> {
    let bar = view::progress_bar();
    let shown = bar.clone();
    let progress = move |done, total| {
        shown.set_length(total);
        shown.set_position(done);
    };
    let answer = if is_running(data)? {
        client::send(&socket(data), request, progress).await
    } else {
        match request.needs() {
            Needs::Nothing => {}
            _ if !data.exists() => bail!("{} does not exist; `linecard tenant create NAME` makes it", data.display()),
            Needs::Directory => {}
            Needs::RunningPanel(what) => bail!(
                "{what} is kept by the running panel, and none runs on {}; start `linecard serve` and ask then",
                data.display()
            ),
        }
        logging::install(&crate::config::Log { filter: Some("warn".into()), ..config.log.clone() })?;
        let panel = Panel::open(data, config)?;
        let answer = perform(&panel, request, progress).await;
        panel.close().await;
        answer
    };
    bar.finish_and_clear();
    answer
}
