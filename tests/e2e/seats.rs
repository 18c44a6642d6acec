//! Seats, counted at the receiving side: on sockets that are held open.

use crate::panel::{TestPanel, TestTenant, id_of, run};
use crate::watcher::{Watcher, Who, soon, until};
use futures_util::FutureExt;
use host_core::LineId;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

const ROUNDS: usize = 100;
const STARTS: usize = 50;
const SEATS: u32 = 2;

struct Place {
    tenant: TestTenant,
    line: LineId,
    path: String,
}

impl Place {
    /// A line with two seats at a channel that is running already.
    async fn new() -> Arc<Place> {
        Place::with_seats(SEATS).await
    }

    async fn with_seats(seats: u32) -> Arc<Place> {
        let tenant = TestPanel::shared().tenant(1).await;
        let line: Value = tenant.line(json!({ "max_connections": seats })).await;
        let (username, password) = (line["username"].as_str().unwrap(), line["password"].as_str().unwrap());
        let path = format!("/live/{username}/{password}/{}.ts", tenant.streams[0]);
        let place = Arc::new(Place { line: LineId(id_of(&line)), path, tenant });
        assert!(place.watcher("warm", 1).await.plays().await);
        place.wait_for(0).await;
        place
    }

    async fn watcher(&self, agent: &str, last: u8) -> Watcher {
        let who = Who { agent, address: Ipv4Addr::new(127, 0, 0, last), buffer: None };
        Watcher::open(&self.tenant, who, &self.path).await
    }

    fn taken(&self) -> u32 {
        let taken = self.tenant.panel.engine().seats().count(self.tenant.id, self.line);
        taken.now_or_never().unwrap().unwrap()
    }

    async fn wait_for(&self, taken: u32) {
        until(&format!("{taken} taken seats"), || self.taken() == taken).await;
    }
}

/// Watches the number of taken seats until it is stopped. Returns the most it saw.
fn most_taken(place: &Arc<Place>, stop: &Arc<AtomicBool>) -> tokio::task::JoinHandle<u32> {
    let (place, stop) = (Arc::clone(place), Arc::clone(stop));
    tokio::spawn(async move {
        let mut most = 0;
        while !stop.load(Ordering::SeqCst) {
            most = most.max(place.taken());
            sleep(Duration::from_millis(1)).await;
        }
        most
    })
}

#[test]
fn fifty_players_at_once_never_get_more_than_the_two_seats_of_their_line() {
    run(async {
        let place = Place::new().await;
        let stop = Arc::new(AtomicBool::new(false));
        let most = most_taken(&place, &stop);
        for round in 0..ROUNDS {
            let mut starts = JoinSet::new();
            for number in 1..=STARTS {
                let place = Arc::clone(&place);
                starts.spawn(async move {
                    let mut watcher = place.watcher(&format!("player {number}"), number as u8).await;
                    let plays = watcher.plays().await;
                    assert!(plays || watcher.status == 403, "{}", watcher.head);
                    (watcher, plays)
                });
            }
            // All sockets stay open until everyone has an answer, so whoever plays plays now.
            let held = soon("a round", starts.join_all()).await;
            let playing = held.iter().filter(|(_, plays)| *plays).count();
            assert_eq!(playing, SEATS as usize, "round {round}");
            assert_eq!(place.taken(), SEATS);
            drop(held);
            place.wait_for(0).await;
        }
        stop.store(true, Ordering::SeqCst);
        assert_eq!(most.await.unwrap(), SEATS);
    });
}

#[test]
fn one_player_that_starts_fifty_times_takes_its_own_seats_over_and_ends_with_two_sockets() {
    run(async {
        let place = Place::new().await;
        let stop = Arc::new(AtomicBool::new(false));
        let most = most_taken(&place, &stop);
        for round in 0..ROUNDS {
            let open = Arc::new(AtomicUsize::new(0));
            let mut starts = JoinSet::new();
            for _ in 0..STARTS {
                let (place, open) = (Arc::clone(&place), Arc::clone(&open));
                starts.spawn(async move {
                    let mut watcher = place.watcher("one player", 1).await;
                    if !watcher.plays().await {
                        // Taken over while it waited for its first bytes, or right after them.
                        assert!(matches!(watcher.status, 200 | 403), "{}", watcher.head);
                        return None;
                    }
                    open.fetch_add(1, Ordering::SeqCst);
                    Some(tokio::spawn(async move {
                        watcher.drain().await;
                        open.fetch_sub(1, Ordering::SeqCst);
                    }))
                });
            }
            let readers: Vec<_> = soon("a round", starts.join_all()).await.into_iter().flatten().collect();
            assert_eq!(place.taken(), SEATS, "round {round}");
            until("the older responses end", || open.load(Ordering::SeqCst) <= SEATS as usize).await;
            assert_eq!(open.load(Ordering::SeqCst), SEATS as usize, "round {round}: the last two play on");
            readers.iter().for_each(|reader| reader.abort());
            place.wait_for(0).await;
        }
        stop.store(true, Ordering::SeqCst);
        assert_eq!(most.await.unwrap(), SEATS);
    });
}

#[test]
fn where_the_oldest_makes_room_a_newcomer_always_plays_and_one_older_socket_ends() {
    run(async {
        let place = Place::new().await;
        place.tenant.admin().ok("edit_settings", &[("connection_policy", "end_oldest")]).await;
        let mut playing = VecDeque::new();
        for number in 1..=6 {
            let mut newcomer = place.watcher(&format!("player {number}"), number).await;
            assert!(newcomer.plays().await, "{}", newcomer.head);
            playing.push_back(newcomer);
            if playing.len() > SEATS as usize {
                soon("the oldest ends", playing.pop_front().unwrap().drain()).await;
            }
            assert_eq!(place.taken() as usize, playing.len());
        }
        for watcher in &mut playing {
            assert!(watcher.plays().await, "the newest two play on");
        }
        // The playlist of an HLS player takes a seat like any other start.
        let playlist = place.path.replace(".ts", ".m3u8");
        assert_eq!(place.tenant.get(&playlist).await.status(), 200);
        soon("the oldest ends", playing.pop_front().unwrap().drain()).await;
        assert_eq!(place.taken(), SEATS);
    });
}

#[test]
fn a_player_that_probes_and_then_opens_as_another_never_meets_its_own_seat() {
    run(async {
        let place = Place::with_seats(1).await;
        for round in 0..150 {
            let mut probe = place.watcher("probe", 1).await;
            assert!(probe.plays().await, "round {round}: {}", probe.head);
            // The client's side of the socket is closed; the panel may not have noticed yet.
            drop(probe);
            let mut player = place.watcher("player", 1).await;
            assert!(player.plays().await, "round {round}: {}", player.head);
            drop(player);
        }
    });
}

#[test]
fn a_suspended_tenants_viewer_ends_and_cannot_return() {
    run(async {
        let place = Place::new().await;
        let engine = place.tenant.panel.engine();
        let mut watcher = place.watcher("vlc", 1).await;
        assert!(watcher.plays().await);
        let stop = Arc::new(AtomicBool::new(false));
        // Requests of others keep whatever is remembered of the tenant busy meanwhile.
        let (others, until_then) = (Arc::clone(&place), Arc::clone(&stop));
        let others = tokio::spawn(async move {
            while !until_then.load(Ordering::SeqCst) {
                others.tenant.get("/player_api.php").await;
                sleep(Duration::from_millis(10)).await;
            }
        });
        host_engine::tenant::suspend(engine, "test", &place.tenant.name).await.unwrap();
        for round in 0..20 {
            let mut again = place.watcher("vlc", 1).await;
            assert!(!again.plays().await, "round {round}: {}", again.head);
        }
        soon("the viewer ends", watcher.drain()).await;
        assert_eq!(place.taken(), 0);
        stop.store(true, Ordering::SeqCst);
        others.await.unwrap();
        host_engine::tenant::resume(engine, "test", &place.tenant.name).await.unwrap();
        assert!(place.watcher("vlc", 1).await.plays().await);
    });
}
