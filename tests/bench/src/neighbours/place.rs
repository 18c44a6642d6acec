//! A panel with two tenants: the neighbour is a small one, the attacked one has many lines, a long guide, and
//! plugins that do harm. The attacked one has the quotas that a tenant has by default.

use super::panel;
use crate::children::Server;
use crate::load::Ask;
use crate::panel::{Size, credentials, fields};
use crate::{guests, guide};
use anyhow::{Context, ensure};
use host_core::UserId;
use host_core::caller::Caller;
use host_engine::Work;
use linecard::panel::Panel;
use serde_json::{Value, json};
use tempfile::TempDir;

const NAME: &str = "attacked";
const HOST: &str = "attacked.example.org";
/// Lines of the attacked tenant's reseller.
const LINES: u32 = 100_000;

/// The panel.
pub(super) struct Place {
    /// Its process.
    pub(super) server: Server,
    /// A sign-in of the neighbour.
    pub(super) sign_in: Ask,
    /// Whether the panel is well.
    pub(super) health: Ask,
    reseller: Reseller,
    _folder: TempDir,
}

/// How the attacked tenant's reseller gets in.
struct Reseller {
    path: String,
    key: String,
}

impl Place {
    /// Makes it.
    pub(super) fn make() -> anyhow::Result<Place> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        panel::prepare(&data, Size { channels: 100, bouquets: 0 })?;
        let reseller = panel::with(&data, furnish)?;
        // Each refusal of a plugin is a line, and there are thousands.
        let server = Server::panel_with_log(&data, &folder.path().join("log"))?;
        let sign_in = Ask::get(server.address, &format!("/player_api.php?{}", credentials()), &[]);
        let health = Ask::get(server.management()?, "/health/ready", &[]);
        let place = Place { server, sign_in, health, reseller, _folder: folder };
        place.works()?;
        Ok(place)
    }

    /// GET of a path of the attacked tenant.
    pub(super) fn of_the_attacked(&self, path: &str) -> Ask {
        Ask::get(self.server.address, path, &[]).of(HOST)
    }

    /// A page of the reseller's lines.
    pub(super) fn page(&self, query: &str) -> Ask {
        let Reseller { path, key } = &self.reseller;
        self.of_the_attacked(&format!("{path}?api_key={key}&action=get_lines&{query}"))
    }

    /// The attacked tenant's guide, as text.
    pub(super) fn guide(&self) -> Ask {
        self.of_the_attacked(&format!("/xmltv.php?{}&next_days={}&prev_days=0", credentials(), guide::DAYS))
    }

    /// Whether everything that will be asked is there; makes the guide's file.
    fn works(&self) -> anyhow::Result<()> {
        let page = self.page("limit=1000&start=10000").once()?;
        let text = String::from_utf8_lossy(&page.body).into_owned();
        let start: String = text.chars().take(300).collect();
        ensure!(
            page.status == 200 && text.contains("STATUS_SUCCESS"),
            "the list was answered {}: {start}",
            page.status
        );
        for (what, ask) in
            [("the guide", self.guide()), ("the account", self.sign_in.clone()), ("health", self.health.clone())]
        {
            let status = ask.once()?.status;
            ensure!(status == 200, "{what} was answered {status}");
        }
        // They run into their limits: of time, or of memory where the machine fills it fast enough.
        for name in ["looping", "eating"] {
            let status = self.of_the_attacked(&format!("/x/{name}/go")).once()?.status;
            ensure!(matches!(status, 413 | 503), "the plugin {name} was answered {status}");
        }
        Ok(())
    }
}

/// Makes the attacked tenant.
async fn furnish(panel: &Panel) -> anyhow::Result<Reseller> {
    let admin = panel::make(panel, NAME, HOST, Size { channels: guide::CHANNELS, bouquets: 0 }).await?;
    let tenant = panel.engine.tenant_named(NAME).await?.context("no tenant")?.id;
    guide::import(panel, tenant).await?;
    panel::lines(panel, tenant, admin.reseller, LINES).await?;
    for (name, file) in guests::harmful() {
        panel.runtime.install(Caller::system(tenant, "bench"), file.into()).await?;
        panel.runtime.grant(Caller::system(tenant, "bench"), name, &[], None).await?;
    }
    let named = fields(json!({ "name": "bench" }));
    let create = async |work: &mut Work| host_engine::user::create_key(work, UserId(admin.reseller), &named).await;
    let key = panel.engine.act(Caller::system(tenant, "bench"), "bench", create).await?;
    let key = key.get("key").and_then(Value::as_str).context("no key")?.to_owned();
    Ok(Reseller { path: admin.reseller_path, key })
}
