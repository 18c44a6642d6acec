//! How the connections of a server end: asked to finish what they do, then cut.

use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// How far the end has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
enum Phase {
    Open,
    Draining,
    Cut,
}

/// Ends everything that watches it.
pub(crate) struct Closer(watch::Sender<Phase>);

impl Closer {
    /// Of a server that begins.
    pub(crate) fn new() -> Closer {
        Closer(watch::Sender::new(Phase::Open))
    }

    /// What ends with it; the end waits until it is dropped.
    pub(crate) fn watch(&self) -> Closing {
        Closing(self.0.subscribe())
    }

    /// Asks all to end, cuts those that have not after `patience`, and waits until none is left.
    pub(crate) async fn close(self, patience: Duration) {
        self.0.send_replace(Phase::Draining);
        if timeout(patience, self.0.closed()).await.is_err() {
            self.0.send_replace(Phase::Cut);
            self.0.closed().await;
        }
    }
}

/// One that is to end when its [`Closer`] says so.
#[derive(Clone)]
pub(crate) struct Closing(watch::Receiver<Phase>);

impl Closing {
    /// Resolves when it has to take nothing new on.
    pub(crate) async fn asked(&mut self) {
        self.reached(Phase::Draining).await;
    }

    /// Resolves when it has to end at once.
    pub(crate) async fn cut(&mut self) {
        self.reached(Phase::Cut).await;
    }

    async fn reached(&mut self, phase: Phase) {
        // An error is a server that is gone altogether, and then all ends.
        let _ = self.0.wait_for(|now| *now >= phase).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_ends_when_asked_is_waited_for_and_who_does_not_is_cut() {
        let closer = Closer::new();
        let (mut polite, mut stubborn) = (closer.watch(), closer.watch());
        let polite = tokio::spawn(async move { polite.asked().await });
        let stubborn = tokio::spawn(async move { stubborn.cut().await });
        closer.close(Duration::from_millis(1)).await;
        assert!(polite.await.is_ok() && stubborn.await.is_ok());
    }
}
