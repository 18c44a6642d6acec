//! A probe comes into a tenant, and goes.

use super::pair::{NAME, Side};
use super::probe::{Ending, Probe};
use host_runtime::PluginStatus;

impl Side {
    /// Installs the probe, grants what it asks for, and gives it settings.
    pub async fn admit(&self, probe: &Probe, file: &[u8]) {
        let (trick, runtime, system) = (probe.trick, &self.tenant.panel.panel.runtime, self.tenant.system());
        let installed = runtime.install(system.clone(), file.to_vec().into()).await;
        match &probe.ends {
            Ending::NotLoaded(words) => {
                let why = match installed {
                    Err(error) => error.to_string(),
                    // Granted or not, it stays out.
                    Ok(installed) => match runtime.grant(system, &installed.name, &[], None).await {
                        Err(error) => error.to_string(),
                        Ok(_) => format!("{:?}", runtime.health(self.tenant.id)),
                    },
                };
                assert!(why.contains(words), "{trick}: {why}");
            }
            Ending::Waits(function) => {
                let PluginStatus::WaitingForGrant { missing } = installed.unwrap().status else { panic!("{trick}") };
                assert!(missing.iter().any(|entry| entry == function), "{trick}: {missing:?}");
            }
            _ => {
                installed.unwrap_or_else(|error| panic!("{trick}: {error}"));
                runtime.grant(system, NAME, &[], None).await.unwrap_or_else(|error| panic!("{trick}: {error}"));
            }
        }
        if !matches!(probe.ends, Ending::NotLoaded(_)) {
            self.tell(NAME, trick).await;
        }
    }

    /// Takes the probe out again.
    pub async fn expel(&self, probe: &Probe) {
        let removed = self.tenant.panel.panel.runtime.remove(self.tenant.system(), NAME).await;
        assert!(removed.is_ok() || matches!(probe.ends, Ending::NotLoaded(_)), "{}: {removed:?}", probe.trick);
    }
}
