//! The certificates of all listeners, read again when somebody asks for it or their files change.

use super::error::CertificateError;
use super::set::{Again, CertificateSet, Outcome};
use host_core::port::CertificateFacts;
use metrics::counter;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

/// Between two looks at the files. Looking costs a system call a file.
const LOOK: Duration = Duration::from_secs(1);

/// The certificates of a server, to be read again while it runs.
#[derive(Clone)]
pub struct Certificates(Vec<CertificateSet>);

impl Certificates {
    pub(crate) fn new(sets: Vec<CertificateSet>) -> Certificates {
        Certificates(sets)
    }

    /// Reads all files again; connections from now on get the new certificates.
    ///
    /// # Errors
    /// What is wrong with the first one that cannot be used. The old one stays in its place; the others
    /// are new.
    pub async fn reload(&self) -> Result<(), CertificateError> {
        let outcome = self.again(Again::All).await;
        outcome.errors.into_iter().next().map_or(Ok(()), Err)
    }

    /// What all of them say of themselves. Blocks while files are read.
    pub fn facts(&self) -> Vec<CertificateFacts> {
        self.0.iter().flat_map(CertificateSet::facts).collect()
    }

    /// Reads files again within seconds of their change, as long as there are any.
    pub(crate) async fn watch(self) {
        if self.0.is_empty() {
            return;
        }
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let Outcome { renewed, errors } = self.again(Again::Changed).await;
            for files in renewed {
                tracing::info!(cert = %files.cert.display(), "a new certificate is shown from now on");
            }
            for error in errors {
                tracing::warn!(%error, "the old certificate stays until its files change again");
            }
        }
    }

    async fn again(&self, again: Again) -> Outcome {
        let mut all = Outcome::default();
        for set in self.0.clone() {
            // An error is a runtime that ends, and then nothing has to be read any more.
            let Ok(outcome) = spawn_blocking(move || set.renew(again)).await else { break };
            all.renewed.extend(outcome.renewed);
            all.errors.extend(outcome.errors);
        }
        for (outcome, times) in [("renewed", all.renewed.len()), ("refused", all.errors.len())] {
            counter!("linecard_http_certificates_total", "outcome" => outcome).increment(times as u64);
        }
        all
    }
}
