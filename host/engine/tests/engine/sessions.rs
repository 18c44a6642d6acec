//! Sessions: players whose requests come one by one, and who gets a seat back and who does not.

use crate::panel::{Panel, code, ip, map};
use host_core::line::{Output, Visit};
use host_core::{LineId, StreamId};
use host_engine::{Ended, Engine, Look, Seat, Session, SessionKey, Work, line, record};
use serde_json::json;
use std::sync::Arc;

const HERE: &str = "10.0.0.1";

/// A panel with both streams in one bouquet and a line with this many seats.
async fn panel(seats: u32) -> (Panel, LineId) {
    let panel = Panel::new().await;
    let members = panel.streams.map(|stream| json!({ "stream": stream }));
    let fields = map(json!({ "members": members }));
    let verb = async |work: &mut Work| record::edit(work, "bouquet", panel.bouquets[0], &fields).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    let line = panel.line("guest", seats).await;
    (panel, line)
}

async fn edit(panel: &Panel, id: LineId, fields: serde_json::Value) {
    let fields = map(fields);
    let verb = async |work: &mut Work| line::edit(work, id, &fields).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
}

fn visit<'a>(address: &str, agent: &'a str, output: Option<Output>) -> Visit<'a> {
    Visit { address: ip(address), agent, isp: None, country: None, output }
}

/// A player of HLS: it starts, and then asks again and again with what the start gave it.
struct Player<'p> {
    panel: &'p Panel,
    agent: &'static str,
    session: Session,
}

impl<'p> Player<'p> {
    async fn starts(panel: &'p Panel, agent: &'static str, stream: usize) -> host_engine::Result<Player<'p>> {
        let (engine, stream) = (&panel.engine, StreamId(panel.streams[stream]));
        let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
        let key = engine.seats().fresh_session();
        let visit = visit(HERE, agent, Some(Output::M3u8));
        let mut seat = engine.admit(&line, panel.tenant, stream, key, &visit).await?;
        seat.linger();
        Ok(Player { panel, agent, session: engine.session(panel.tenant, &line, stream, key) })
    }

    async fn asks(&self, engine: &Arc<Engine>, look: Look) -> host_engine::Result<Seat> {
        let (tenant, address) = (self.panel.tenant, ip(HERE));
        let mut seat = engine.resume(tenant, &self.session, address, self.agent, look).await?;
        seat.linger();
        Ok(seat)
    }

    /// Whether its playlist and its segments are answered alike, and how.
    async fn plays(&self) -> bool {
        let answers = [Look::Seat, Look::Thorough];
        let mut plays = Vec::new();
        for look in answers {
            let answer = self.asks(&self.panel.engine, look).await;
            plays.push(answer.is_ok());
            if answer.is_err() {
                assert_eq!(code(answer), "connection_limit");
            }
        }
        assert_eq!(plays[0], plays[1]);
        plays[0]
    }
}

async fn taken(panel: &Panel, line: LineId) -> u32 {
    panel.engine.seats().count(panel.tenant, line).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_boxes_of_one_kind_at_one_address_one_plays_on_a_line_with_one_seat() {
    let (panel, line) = panel(1).await;
    let mut players = Vec::new();
    for stream in [0, 1, 0] {
        players.push(Player::starts(&panel, "box", stream).await.unwrap());
    }
    for _ in 0..3 {
        for (player, plays) in players.iter().zip([false, false, true]) {
            assert_eq!(player.plays().await, plays, "asking again is no start");
        }
        assert_eq!(taken(&panel, line).await, 1);
    }
    panel.clock.pass(3_600);
    assert!(!players[0].plays().await, "not even when nobody has the seat");
    let again = Player::starts(&panel, "box", 0).await.unwrap();
    assert!(again.plays().await && !players[2].plays().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_or_makes_room_for_another_is_told_so_and_does_not_come_back() {
    let (panel, line) = panel(1).await;
    let player = Player::starts(&panel, "box", 0).await.unwrap();
    assert_eq!(panel.engine.seats().kill(panel.tenant, line).await.unwrap(), 1);
    assert!(!player.plays().await);
    let player = Player::starts(&panel, "box", 0).await.unwrap();
    let fields = map(json!({ "connection_policy": "end_oldest" }));
    let verb = async |work: &mut Work| record::edit(work, "settings", 1, &fields).await;
    panel.engine.act(panel.admin.clone(), "set", verb).await.unwrap();
    let newcomer = Player::starts(&panel, "other", 0).await.unwrap();
    assert!(!player.plays().await && newcomer.plays().await);
    assert_eq!(taken(&panel, line).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_and_a_restart_lose_no_player_while_a_seat_is_free() {
    let (panel, line) = panel(1).await;
    let player = Player::starts(&panel, "box", 0).await.unwrap();
    assert!(player.plays().await);
    panel.clock.pass(600);
    assert_eq!(taken(&panel, line).await, 0, "the seat ran out");
    assert!(player.plays().await);
    assert_eq!(taken(&panel, line).await, 1);
    for pause in [1, 600] {
        let engine = panel.restarted();
        panel.clock.pass(pause);
        for look in [Look::Seat, Look::Thorough, Look::Seat] {
            player.asks(&engine, look).await.unwrap();
            assert_eq!(engine.seats().count(panel.tenant, line).await.unwrap(), 1, "{pause}");
        }
        assert_eq!(engine.seats().connections(panel.tenant, Some(line)).await.unwrap()[0].agent, "box");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_takes_nobody_elses_seat() {
    let (panel, line) = panel(1).await;
    let player = Player::starts(&panel, "box", 0).await.unwrap();
    panel.clock.pass(600);
    let other = Player::starts(&panel, "box", 1).await.unwrap();
    for _ in 0..3 {
        assert!(!player.plays().await && other.plays().await, "although it is a player of the same kind");
    }
    panel.clock.pass(600);
    assert!(player.plays().await, "nobody ended it: now a seat is free");
    assert_eq!(taken(&panel, line).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_back_is_checked_like_a_start_and_ends_with_the_credentials() {
    let (panel, line) = panel(1).await;
    let player = Player::starts(&panel, "box", 0).await.unwrap();
    panel.clock.pass(600);
    edit(&panel, line, json!({ "admin_enabled": false })).await;
    for look in [Look::Seat, Look::Thorough] {
        assert_eq!(code(player.asks(&panel.engine, look).await), "banned");
    }
    edit(&panel, line, json!({ "admin_enabled": true, "allowed_agents": ["kodi"] })).await;
    assert_eq!(code(player.asks(&panel.engine, Look::Seat).await), "agent_refused");
    edit(&panel, line, json!({ "allowed_agents": [], "password": "secret-2" })).await;
    assert_eq!(code(player.asks(&panel.engine, Look::Thorough).await), "connection_limit");
    edit(&panel, line, json!({ "password": "secret-1" })).await;
    assert!(player.plays().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_before_the_start_costs_no_seat() {
    let (panel, line) = panel(2).await;
    let looked = Player::starts(&panel, "box", 0).await.unwrap();
    let player = Player::starts(&panel, "box", 0).await.unwrap();
    assert_eq!(taken(&panel, line).await, 1, "nobody came back to the first");
    assert!(player.plays().await);
    let other = Player::starts(&panel, "other", 0).await.unwrap();
    assert!(other.plays().await && player.plays().await && !looked.plays().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_boxes_of_one_kind_that_watch_the_same_take_two_seats() {
    let (panel, line) = panel(2).await;
    let one = Player::starts(&panel, "box", 0).await.unwrap();
    assert!(one.plays().await);
    let other = Player::starts(&panel, "box", 0).await.unwrap();
    assert!(one.plays().await && other.plays().await);
    assert_eq!(taken(&panel, line).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_playlist_that_was_zapped_away_from_keeps_nobody_out() {
    let (panel, line) = panel(2).await;
    let first = Player::starts(&panel, "box", 0).await.unwrap();
    assert!(first.plays().await);
    let second = Player::starts(&panel, "box", 1).await.unwrap();
    assert!(second.plays().await);
    assert_eq!(taken(&panel, line).await, 2);
    assert!(Player::starts(&panel, "other", 0).await.is_err(), "it may still be watched");
    panel.clock.pass(15);
    assert!(second.plays().await);
    let other = Player::starts(&panel, "other", 0).await.unwrap();
    assert!(other.plays().await && second.plays().await && !first.plays().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_range_of_a_movie_does_not_take_a_lost_seat_back() {
    let (panel, line) = panel(1).await;
    let signed = panel.sign_in("guest", "secret-1").await.unwrap().line;
    let (engine, stream) = (&panel.engine, StreamId(panel.streams[0]));
    let visit = visit(HERE, "box", None);
    let (one, other) = (SessionKey(1), SessionKey(2));
    let begin = async |session| engine.admit(&signed, panel.tenant, stream, session, &visit).await;
    let go_on = async |session| engine.admit_again(&signed, panel.tenant, stream, session, &visit).await;
    let first = begin(one).await.unwrap();
    let range = go_on(one).await.unwrap();
    assert_eq!((first.fence(), taken(&panel, line).await), (range.fence(), 1), "ranges share a seat");
    let taking_over = begin(other).await.unwrap();
    assert_eq!(first.ended().await, Ended::TakenOver);
    assert_eq!(code(go_on(one).await), "connection_limit");
    assert_eq!(taking_over.is_ended(), None);
    drop(taking_over);
    assert_eq!(code(go_on(one).await), "connection_limit", "although the seat is free");
    begin(one).await.unwrap();
    assert!(go_on(one).await.is_ok(), "it has started anew");
}
