//! Clients that keep an attack up until they are told to end.

use crate::load::{Ask, Connection};
use std::collections::BTreeMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a client that is turned away waits before it comes again, whatever it was told.
const AGAIN: Duration = Duration::from_millis(50);
/// How much less than the panel the clients get of this machine: attackers have machines of their own.
const NICE: i32 = 19;

/// What is done to a tenant.
pub(super) struct Attack {
    /// In a few words.
    pub(super) name: &'static str,
    /// Where to.
    pub(super) address: SocketAddr,
    /// Clients, each with a connection.
    pub(super) clients: usize,
    /// What they ask for, one after the other; nothing, of idle ones.
    pub(super) asks: Vec<Ask>,
    /// How long they wait after each piece of a body.
    pub(super) pause: Duration,
    /// Whether it costs the threads that answer requests less than the neighbour's sign-ins do.
    pub(super) is_aside: bool,
}

/// An attack that goes on.
pub(super) struct Attacked {
    shared: Arc<Mutex<Shared>>,
    clients: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// None: it is over.
    open: Option<Vec<TcpStream>>,
    /// Answers by status; 0 stands for those that were broken off.
    answers: BTreeMap<u16, u32>,
}

impl Attack {
    /// Begins it.
    pub(super) fn begin(&self) -> Attacked {
        let shared = Arc::new(Mutex::new(Shared { open: Some(Vec::new()), answers: BTreeMap::new() }));
        let mut clients = Vec::new();
        if self.asks.is_empty() {
            let open = |_| connect(self.address, &shared);
            // Those that the panel does not take are its answer to the attack.
            (0..self.clients).map(open).for_each(drop);
        } else {
            clients.extend((0..self.clients).map(|number| self.client(number, &shared)));
        }
        Attacked { shared, clients }
    }

    fn client(&self, number: usize, shared: &Arc<Mutex<Shared>>) -> JoinHandle<()> {
        let texts: Vec<String> = self.asks.iter().map(Ask::text).collect();
        let (shared, address, pause) = (Arc::clone(shared), self.address, self.pause);
        std::thread::spawn(move || {
            // Of this thread alone. Without it the clients only compete harder.
            let _ = rustix::process::nice(NICE);
            let mut texts = texts.iter().cycle().skip(number);
            while let Ok(Some(mut connection)) = connect(address, &shared) {
                for text in texts.by_ref() {
                    let status = connection.ask_slowly(text, pause).unwrap_or_default();
                    let goes_on = count(&shared, status);
                    if goes_on && matches!(status, 0 | 429 | 503) {
                        std::thread::sleep(AGAIN);
                    }
                    if !goes_on || status == 0 {
                        break;
                    }
                }
            }
        })
    }
}

impl Attacked {
    /// Ends it; what was answered.
    pub(super) fn end(self) -> anyhow::Result<String> {
        for socket in locked(&self.shared).open.take().into_iter().flatten() {
            // It may be closed already.
            let _ = socket.shutdown(Shutdown::Both);
        }
        for client in self.clients {
            anyhow::ensure!(client.join().is_ok(), "a client of an attack panicked");
        }
        let answers = &locked(&self.shared).answers;
        let words =
            answers.iter().filter(|(status, _)| **status != 0).map(|(status, count)| format!("{count}× {status}"));
        let words: Vec<String> = words.collect();
        Ok(if words.is_empty() { "nothing".to_owned() } else { words.join(", ") })
    }
}

/// A connection that the end of the attack ends; none when it is over.
fn connect(address: SocketAddr, shared: &Mutex<Shared>) -> anyhow::Result<Option<Connection>> {
    let connection = Connection::open(address)?;
    let socket: io::Result<TcpStream> = connection.socket();
    Ok(locked(shared).open.as_mut().map(|open| open.extend(socket)).map(|()| connection))
}

/// Counts an answer; whether the attack goes on.
fn count(shared: &Mutex<Shared>, status: u16) -> bool {
    let mut shared = locked(shared);
    *shared.answers.entry(status).or_default() += 1;
    shared.open.is_some()
}

fn locked(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
