//! Waits for what has to come true.

use std::future::Future;
use std::pin::Pin;

/// A condition that has to come true.
pub type Held<'a> = Pin<Box<dyn Future<Output = bool> + 'a>>;

pub async fn until<'a>(what: &str, mut holds: impl FnMut() -> Held<'a>) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    crate::watcher::soon(what, wait).await;
}
