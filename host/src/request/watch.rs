//! How whoever waits for long work follows it, and stops it.

/// Who watches long work.
pub trait Watch: Send + Sync + 'static {
    /// Gets (done, total) in bytes while a file is read.
    fn at(&self, done: u64, total: u64);

    /// Whether the work is to go on. Once it is not, it stops with what was committed so far.
    fn goes_on(&self) -> bool {
        true
    }
}

impl<T: Fn(u64, u64) + Send + Sync + 'static> Watch for T {
    fn at(&self, done: u64, total: u64) {
        self(done, total);
    }
}
