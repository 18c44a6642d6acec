//! `linecard demo`: a whole panel with sample content in a temporary folder.

mod doors;
mod fill;

use crate::cli::Demo;
use crate::config::Config;
use crate::panel::Panel;
use crate::{descriptors, logging, serve, signals};
use anyhow::Context;
use fill::fill;

/// Makes the panel, prints how to use it, and runs it until it is told to end. The folder goes
/// with it.
pub(crate) async fn run(args: Demo, mut config: Config, json: bool) -> anyhow::Result<()> {
    logging::install(&config.log)?;
    descriptors::raise();
    let folder = tempfile::Builder::new().prefix("linecard-demo-").tempdir().context("no temporary folder")?;
    let films = folder.path().join("films");
    std::fs::create_dir(&films)?;
    // Its films lie here, whatever root the configuration has for those of a real panel.
    config.media.root = Some(films.clone());
    let panel = Panel::open(&folder.path().join("data"), config)?;
    let made = fill(&panel, &films).await?;
    let server = serve::bind(&panel, args.listen, Some(args.management), false).await?;
    let listening = server.addresses().first().copied().unwrap_or(args.listen);
    let doors = doors::of(&made, listening, server.management_address());
    if json {
        println!("{doors}");
    } else {
        doors::introduce(&doors, panel.media.has_ffmpeg());
    }
    server.serve(signals::asked_to_end()).await;
    panel.close().await;
    Ok(())
}
