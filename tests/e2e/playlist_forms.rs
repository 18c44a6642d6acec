//! Playlists in the forms of receivers: every entry, in the file that the receiver looks for.

use crate::panel::{login, run};
use crate::shelf::Shelf;
use serde_json::Value;

/// The types with the file of each.
const FORMS: [(&str, &str); 18] = [
    ("m3u", "tv_channels_demo.m3u"),
    ("m3u_plus", "tv_channels_demo_plus.m3u"),
    ("enigma", "userbouquet.favourites.tv"),
    ("enigma16", "userbouquet.favourites.tv"),
    ("dreambox", "userbouquet.favourites.tv"),
    ("gigablue", "userbouquet.favourites.tv"),
    ("octagon", "internettv.feed"),
    ("simple", "simple_demo.txt"),
    ("starlivev3", "iptvlist.txt"),
    ("starlivev5", "channel.jason"),
    ("ariva", "ariva_demo.txt"),
    ("mediastar", "tvlist.txt"),
    ("webtvlist", "webtv list.txt"),
    ("spark", "webtv_usr.xml"),
    ("gst", "demo_list.txt"),
    ("fps", "Royal.cfg"),
    ("revosun", "network_iptv.cfg"),
    ("zorro", "iptv.cfg"),
];

async fn file(shelf: &Shelf, kind: &str) -> (String, String) {
    let answer = shelf.tenant.get(&format!("/get.php?{}&type={kind}&output=m3u8", login(&shelf.line))).await;
    assert_eq!(answer.status(), 200, "{kind}");
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    (name, answer.text().await.unwrap())
}

#[test]
fn every_form_has_each_entry_once_with_an_address_that_plays() {
    run(async {
        let shelf = Shelf::new().await;
        let base = format!("http://{}:80", shelf.tenant.host);
        let [first, second, other] = shelf.episodes;
        let mut addresses: Vec<_> = [shelf.created, shelf.live, shelf.loose, shelf.radio]
            .map(|id| format!("{base}/live/demo/s-e.c_ret/{id}.m3u8"))
            .to_vec();
        for (door, id, ending) in [
            ("movie", shelf.movie, "mkv"),
            ("movie", shelf.loose_movie, "mp4"),
            ("series", first, "mp4"),
            ("series", second, "mp4"),
            ("series", other, "mp4"),
        ] {
            addresses.push(format!("{base}/{door}/demo/s-e.c_ret/{id}.{ending}"));
        }
        for (kind, name) in FORMS {
            let (found, text) = file(&shelf, kind).await;
            assert_eq!(found, format!("attachment; filename=\"{name}\""), "{kind}");
            let is_service = text.contains("#SERVICE");
            for address in &addresses {
                let shown = if is_service { address.replace(':', "%3a") } else { address.clone() };
                assert_eq!(text.matches(&shown).count(), 1, "{kind} {shown}: {text}");
            }
            assert!(text.contains("Safety Film (2024)"), "{kind}");
        }
        let list: Value = serde_json::from_str(&file(&shelf, "starlivev5").await.1).unwrap();
        assert_eq!(list["iptvstreams_list"]["group"]["channel"].as_array().map(Vec::len), Some(9));
    });
}

#[test]
fn receivers_of_one_family_know_live_channels_and_their_own_references() {
    run(async {
        let shelf = Shelf::new().await;
        let (_, dreambox) = file(&shelf, "dreambox").await;
        let services: Vec<_> = dreambox.lines().filter(|line| line.starts_with("#SERVICE ")).collect();
        assert!(services[1].starts_with("#SERVICE 1:0:1:http%3a//"), "its own reference: {}", services[1]);
        assert!(services[2].starts_with("#SERVICE 1:0:1:0:0:0:0:0:0:0:http%3a//"), "{}", services[2]);
        assert!(services[4].starts_with("#SERVICE 4097:0:1:0:0:0:0:0:0:0:http%3a//"), "a film: {}", services[4]);
        assert_eq!(dreambox.lines().next(), Some(&*format!("#NAME {}", server_name(&shelf).await)));
        let (_, gigablue) = file(&shelf, "gigablue").await;
        assert_eq!(gigablue.matches("#SERVICE 4097:0:1:0:0:0:0:0:0:0:http").count(), 9);
        shelf.tenant.admin().ok("edit_settings", &[("server_name", "Renamed TV")]).await;
        assert!(file(&shelf, "gigablue").await.1.starts_with("#NAME Renamed TV\n"));
    });
}

async fn server_name(shelf: &Shelf) -> String {
    shelf.tenant.admin().ok("get_settings", &[]).await["server_name"].as_str().unwrap().to_owned()
}

#[test]
fn a_script_fetches_the_list_that_is_there() {
    run(async {
        let shelf = Shelf::new().await;
        for (script, name, list) in [
            ("enigma216_script", "iptv.sh", "enigma16"),
            ("enigma22_script", "iptv.sh", "dreambox"),
            ("octagon_script", "iptv", "octagon"),
        ] {
            let (found, text) = file(&shelf, script).await;
            assert_eq!(found, format!("attachment; filename=\"{name}\""));
            assert!(text.starts_with("#!/bin/sh\n"), "{text}");
            let address = text.lines().find_map(|line| line.strip_prefix("wget -q -O \"$new\" '")?.strip_suffix('\''));
            let address = address.unwrap_or_else(|| panic!("{text}"));
            let path = &address[address.find("/get.php").unwrap()..];
            let fetched = shelf.tenant.get(path).await;
            assert_eq!(fetched.status(), 200, "{path}");
            assert_eq!(fetched.text().await.unwrap(), file(&shelf, list).await.1);
        }
    });
}
