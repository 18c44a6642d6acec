//! The plainest server there is: a hello, and files from memory. Knows no panel.

use axum::Router;
use axum::body::Bytes;
use axum::routing::get;
use std::path::PathBuf;

/// Serves `/hello`, and the files as `/0`, `/1`, …, until it is killed.
pub(crate) fn serve(files: &[PathBuf]) -> anyhow::Result<()> {
    let mut router = Router::new().route("/hello", get(async || "hello"));
    for (number, path) in files.iter().enumerate() {
        let bytes = Bytes::from(std::fs::read(path)?);
        router = router.route(&format!("/{number}"), get(async move || bytes));
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        Ok(axum::serve(listener, router).await?)
    })
}
