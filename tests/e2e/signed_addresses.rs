//! Addresses that a website signs by an HMAC key: they play without a line's password, for what the line may have.

use crate::footage;
use crate::panel::{id_of, run};
use crate::place::Place;
use crate::visitor::Visitor;
use crate::watcher::{Watcher, Who, soon};
use hmac::{Hmac, Mac};
use serde_json::json;

/// A key as a website has it.
struct Website {
    key: u32,
    secret: String,
}

impl Website {
    async fn new(admin: &Visitor, form: &[(&str, &str)]) -> Website {
        let made = admin.ok("create_hmac", form).await;
        Website { key: id_of(&made), secret: made["key"].as_str().unwrap().to_owned() }
    }

    /// The signature of a text.
    fn signature(&self, text: &str) -> String {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// An address of a place's stream behind a door, for its line.
    fn address(&self, place: &Place, door: &str, extension: &str, until: i64, network: &str) -> String {
        let (line, stream) = (place.line.0, place.stream);
        let signature = self.signature(&format!("{line}:{stream}:{extension}:{until}:{network}"));
        let (dot, key) = (if extension.is_empty() { "" } else { "." }, self.key);
        let network = if network.is_empty() { String::new() } else { format!("&address={network}") };
        format!("/{door}{line}/{key}/{stream}{dot}{extension}?until={until}{network}&signature={signature}")
    }
}

fn now(place: &Place) -> i64 {
    place.tenant.panel.engine().clock().now().0
}

/// The status that a player at an address of its own gets: failures are counted for each.
async fn status(place: &Place, last: u8, path: &str) -> u16 {
    let who = Who { address: [127, 0, 1, last].into(), ..Who::default() };
    Watcher::open(&place.tenant, who, path).await.status
}

#[test]
fn a_signed_address_plays_in_every_form_and_its_key_is_shown_once() {
    run(async {
        let place = Place::with_seats(2, &["test:1".into()]).await;
        let admin = place.tenant.admin();
        let site = Website::new(&admin, &[("notes", "Website")]).await;
        assert_eq!(site.secret.len(), 56);
        let id = site.key.to_string();
        let shown = admin.ok("get_hmac", &[("id", &id)]).await;
        assert_eq!((&shown["notes"], &shown["enabled"], shown.get("key")), (&json!("Website"), &json!(1), None));
        let listed = admin.get("get_hmacs", "").await;
        assert_eq!(
            (&listed["data"][0]["id"], listed["data"].to_string().contains(&site.secret)),
            (&shown["id"], false)
        );
        let until = now(&place) + 60;
        for (door, extension) in [("live/", "ts"), ("", ""), ("live/", "ts")] {
            let mut watcher =
                Watcher::open(&place.tenant, Who::default(), &site.address(&place, door, extension, until, "")).await;
            assert!(watcher.plays().await, "{door} {extension}");
            let capture = watcher.read(188 * 4_000).await;
            assert!(footage::codecs(&capture).contains("h264"), "{door} {extension}");
        }
        let playlist =
            soon("hls", place.tenant.get(&site.address(&place, "live/", "m3u8", until, "127.0.0.0/8"))).await;
        let text = playlist.text().await.unwrap();
        let next = text.lines().find(|line| !line.starts_with('#')).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(place.status(next).await, 200, "what it leads to needs no signature");
        assert!(!text.contains("signature"), "{text}");
    });
}

#[test]
fn what_is_not_exactly_what_was_signed_is_refused_like_a_wrong_password() {
    run(async {
        let place = Place::with_seats(1, &["test:1".into()]).await;
        let admin = place.tenant.admin();
        let (site, other) = (Website::new(&admin, &[]).await, Website::new(&admin, &[("window", "60")]).await);
        let neighbour = Place::live(&["test:1".into()]).await;
        let foreign = Website::new(&neighbour.tenant.admin(), &[]).await;
        let (now, (second, _)) = (now(&place), place.another(json!({})).await);
        let until = now + 100;
        let good = site.address(&place, "live/", "ts", until, "");
        let of_other = Website { key: other.key, secret: site.secret.clone() };
        let of_foreign = Website { key: site.key, secret: foreign.secret };
        let line = format!("/{}/{}/", place.line.0, site.key);
        let wrong = [
            good.replace(&line, &format!("/{}/{}/", second.0, site.key)),
            good.replace(&line, &format!("/{}/{}/", place.line.0, other.key)),
            good.replace(&line, &format!("/{}/999999/", place.line.0)),
            good.replace(&format!("until={until}"), &format!("until={}", until + 1)),
            good.replace(".ts", ".m3u8"),
            good.replace(&format!("{}.ts", place.stream), &format!("{}.ts", place.tenant.streams[0])),
            format!("{good}0"),
            good.replace("signature=", "signature=0"),
            format!("{}&signature=", good.split("&signature").next().unwrap()),
            site.address(&place, "live/", "ts", now - 5, ""),
            site.address(&place, "live/", "ts", now + 3_600, ""),
            other.address(&place, "live/", "ts", until, ""),
            site.address(&place, "live/", "ts", until, "10.0.0.0/8"),
            of_other.address(&place, "live/", "ts", until, ""),
            of_foreign.address(&place, "live/", "ts", until, ""),
        ];
        for (last, path) in (1..).zip(&wrong) {
            assert_eq!(status(&place, last, path).await, 401, "{path}");
        }
        assert_eq!(place.taken(), 0);
        assert_eq!(status(&place, 99, &good).await, 200);

        // It is no way around the lock-out, and opens none: who guesses is locked out, and nobody else.
        for _ in 0..5 {
            assert_eq!(status(&place, 200, &wrong[6]).await, 401);
        }
        assert_eq!(status(&place, 200, &good).await, 401, "locked out");
        assert_eq!(status(&place, 201, &good).await, 200);
        let noted = admin.get("client_logs", "").await["data"].to_string();
        assert!(noted.contains("signature=***"), "{noted}");
    });
}

#[test]
fn a_signature_widens_no_rights_and_a_key_that_is_off_or_gone_signs_nothing() {
    run(async {
        let place = Place::with_seats(1, &["test:1".into()]).await;
        let admin = place.tenant.admin();
        let (old, new) = (Website::new(&admin, &[]).await, Website::new(&admin, &[("key", &"k".repeat(40))]).await);
        assert_eq!(new.secret, "k".repeat(40), "one that a website has already");
        admin.refused("create_hmac", &[("key", "short")]).await;
        let until = now(&place) + 100;
        let by = |site: &Website| site.address(&place, "live/", "ts", until, "");
        assert_eq!(status(&place, 1, &by(&old)).await, 200);
        assert_eq!(status(&place, 1, &by(&new)).await, 200, "two keys, so that one can take the other's place");
        let id = old.key.to_string();
        let off = admin.ok("edit_hmac", &[("id", &id), ("enabled", "0")]).await;
        assert_eq!((&off["enabled"], off.get("key")), (&json!(0), None));
        assert_eq!(status(&place, 2, &by(&old)).await, 401);
        admin.ok("edit_hmac", &[("id", &id), ("enabled", "1"), ("window", "200")]).await;
        assert_eq!(status(&place, 2, &by(&old)).await, 200, "its secret stayed");
        admin.ok("delete_hmac", &[("id", &id)]).await;
        admin.refused("get_hmac", &[("id", &id)]).await;
        assert_eq!(status(&place, 3, &by(&old)).await, 401);

        let mut watcher = Watcher::open(&place.tenant, Who::default(), &by(&new)).await;
        assert!(watcher.plays().await);
        let who = Who { agent: "another", address: [127, 0, 1, 4].into(), ..Who::default() };
        assert_eq!(Watcher::open(&place.tenant, who, &by(&new)).await.status, 403, "its one seat is taken");
        let line = place.line.0.to_string();
        admin.ok("disable_line", &[("id", &line)]).await;
        assert_eq!(status(&place, 5, &by(&new)).await, 403);
        admin.ok("enable_line", &[("id", &line)]).await;
        admin.ok("edit_line", &[("id", &line), ("bouquets_selected", "")]).await;
        assert_eq!(status(&place, 6, &by(&new)).await, 404);
    });
}

#[test]
fn a_movie_that_began_by_a_signed_address_goes_on_after_its_end() {
    run(async {
        let movie = json!({ "kind": "movie", "name": "Film", "container": "mkv", "sources": ["file:signed/film.mkv"] });
        let place = Place::new(movie, json!({ "max_connections": 1 })).await;
        let shelf = place.tenant.panel.folder.path().join("films/signed");
        std::fs::create_dir_all(&shelf).unwrap();
        std::fs::write(shelf.join("film.mkv"), vec![7; 10_000]).unwrap();
        let site = Website::new(&place.tenant.admin(), &[]).await;
        let until = now(&place) + 1;
        let path = site.address(&place, "movie/", "mkv", until, "");
        let asked = async |last: u8, range: &str| {
            let who = Who { address: [127, 0, 2, last].into(), ..Who::default() };
            Watcher::ask(&place.tenant, who, "GET", &path, &format!("Range: {range}\r\n")).await.status
        };
        assert_eq!(asked(1, "bytes=0-99").await, 206);
        while now(&place) <= until {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(asked(1, "bytes=100-199").await, 206, "it plays");
        assert_eq!(asked(2, "bytes=100-199").await, 401, "nothing plays there");
        assert_eq!(asked(1, "bytes=0-99").await, 401, "a new start");
    });
}
