//! The plainest server there is: a hello, a hello that computes, and files from memory.

use axum::Router;
use axum::body::Bytes;
use axum::routing::get;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a hello computes that shows what it costs alone to be busy and to be woken.
const BUSY: Duration = Duration::from_micros(60);

/// Serves `/hello`, `/busy`, and the files as `/0`, `/1`, …, until it is killed.
pub(crate) fn serve(files: &[PathBuf]) -> anyhow::Result<()> {
    let rounds = rounds_of(BUSY);
    let mut router = Router::new().route("/hello", get(async || "hello"));
    router = router.route("/busy", get(async move || compute(rounds).to_string()));
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

/// Arithmetic without memory.
fn compute(rounds: u64) -> u64 {
    (0..rounds).fold(1, |sum, round| std::hint::black_box(sum ^ round).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// How many rounds of it take that long here: of the fastest of some tries, since anything may have come between.
fn rounds_of(time: Duration) -> u64 {
    let tried: u64 = 1_000_000;
    let took = (0..10).map(|_| {
        let begun = Instant::now();
        std::hint::black_box(compute(tried));
        begun.elapsed()
    });
    let fastest = took.min().unwrap_or(time).max(Duration::from_nanos(1));
    u64::try_from(u128::from(tried) * time.as_nanos() / fastest.as_nanos()).unwrap_or(tried)
}
