//! Downloads: playlists with each line's own credentials, and lists that are cached.

use crate::guide::import_guide;
use crate::panel::{TestPanel, TestTenant, fields, login, run};
use flate2::read::GzDecoder;
use host_engine::Work;
use reqwest::Response;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH};
use serde_json::json;
use std::io::Read;

async fn asked(tenant: &TestTenant, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = tenant.panel.http.get(format!("{}{path}", tenant.panel.url)).header(HOST, &tenant.host);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn text(tenant: &TestTenant, path: &str) -> String {
    let answer = tenant.get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

fn etag(answer: &Response) -> String {
    answer.headers()[ETAG].to_str().unwrap().to_owned()
}

/// Where the entries of a playlist play.
fn addresses(playlist: &str) -> Vec<String> {
    playlist.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn path_of(address: &str) -> &str {
    let rest = address.strip_prefix("http://").unwrap();
    &rest[rest.find('/').unwrap()..]
}

#[test]
fn a_playlist_has_every_channel_with_its_attributes_and_addresses_that_play() {
    run(async {
        let tenant = TestPanel::shared().tenant(3).await;
        let line = tenant.line(json!({ "username": "viewer", "password": "secret" })).await;
        let answer = tenant.get(&format!("/get.php?{}&type=m3u_plus&output=ts", login(&line))).await;
        assert_eq!(answer.status(), 200);
        for (name, value) in [
            ("content-type", "application/octet-stream"),
            ("content-description", "File Transfer"),
            ("content-disposition", "attachment; filename=\"tv_channels_viewer_plus.m3u\""),
            ("expires", "0"),
            ("cache-control", "must-revalidate"),
            ("pragma", "public"),
        ] {
            assert_eq!(answer.headers()[name], value);
        }
        let text = answer.text().await.unwrap();
        assert!(text.ends_with("\r\n") && text.matches('\n').count() == text.matches("\r\n").count(), "CR LF only");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 1 + 2 * 3, "{text}");
        assert!(lines[0].starts_with("#EXTM3U x-tvg-url=\"http://"), "{}", lines[0]);
        for (number, stream) in tenant.streams.iter().enumerate() {
            let (name, entry) = (format!("Channel {} of {}", number + 1, tenant.name), lines[1 + 2 * number]);
            for attribute in [
                format!("tvg-id=\"c{}\"", number + 1),
                format!("tvg-name=\"{name}\""),
                "tvg-logo=\"\"".into(),
                "group-title=\"News\"".into(),
            ] {
                assert!(entry.contains(&attribute), "{entry} has no {attribute}");
            }
            assert!(entry.starts_with("#EXTINF:-1 ") && entry.ends_with(&format!(",{name}")), "{entry}");
            let address = lines[2 + 2 * number];
            assert!(address.starts_with(&format!("http://{}:", tenant.host)), "the request's own host: {address}");
            assert_eq!(path_of(address), format!("/live/viewer/secret/{stream}.ts"));
        }
        let played = tenant.get(path_of(lines[2])).await;
        assert_eq!((played.status().as_u16(), &played.headers()[CONTENT_TYPE]), (200, &"video/mp2t".parse().unwrap()));
    });
}

#[test]
fn the_plain_form_and_the_other_output_are_as_players_ask_for_them() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let line = tenant.line(json!({ "username": "viewer", "password": "secret" })).await;
        let answer = tenant.get(&format!("/get.php?{}&type=m3u&output=hls", login(&line))).await;
        assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"tv_channels_viewer.m3u\"");
        let text = answer.text().await.unwrap();
        let (name, stream) = (&tenant.name, tenant.streams[0]);
        assert!(text.starts_with(&format!("#EXTM3U\r\n#EXTINF:-1,Channel 1 of {name}\r\nhttp://")), "{text}");
        assert!(text.ends_with(&format!("/live/viewer/secret/{stream}.m3u8\r\n")), "{text}");
        for (asked, ending) in [("mpegts", ".ts"), ("m3u8", ".m3u8"), ("ts", ".ts")] {
            let text = self::text(&tenant, &format!("/get.php?{}&output={asked}", login(&line))).await;
            assert!(addresses(&text)[0].ends_with(ending), "{asked}");
        }
    });
}

#[test]
fn movies_are_listed_with_their_container_and_keys_choose_kinds() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let film = json!({ "kind": "movie", "name": "Film \"one\"", "container": "mkv", "sources": ["file:a.mkv"] });
        let film = tenant.record("stream", film).await;
        let bouquet = tenant.record("bouquet", json!({ "name": "Films", "members": [{ "stream": film }] })).await;
        let line = tenant.line(json!({ "bouquets": [tenant.bouquet, bouquet] })).await;
        let listed = async |key: &str| addresses(&text(&tenant, &format!("/get.php?{}{key}", login(&line))).await);
        let all = listed("").await;
        assert_eq!(all.len(), 2);
        assert!(all[1].contains("/movie/") && all[1].ends_with(&format!("/{film}.mkv")), "{}", all[1]);
        assert_eq!(listed("&key=movie").await, all[1..]);
        assert_eq!(listed("&key=live").await, all[..1]);
        assert_eq!(listed("&key=live,movie").await, all);
    });
}

#[test]
fn every_refusal_of_a_playlist_is_an_empty_404_and_of_a_guide_an_empty_401() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let line = tenant.line(json!({})).await;
        let expired = tenant.line(json!({ "expiry": 1_000 })).await;
        let disabled = tenant.line(json!({ "enabled": false })).await;
        let banned = tenant.line(json!({ "admin_enabled": false })).await;
        let wrong = format!("{}x", login(&line));
        let refused = [wrong, login(&expired), login(&disabled), login(&banned)];
        for login in &refused {
            for (path, status) in [("/get.php", 404), ("/xmltv.php", 401)] {
                let answer = tenant.get(&format!("{path}?{login}&type=m3u_plus")).await;
                assert_eq!(answer.status().as_u16(), status, "{path}");
                assert_eq!(answer.text().await.unwrap(), "");
            }
        }
        for query in ["&type=floppy", "&type=m3u&output=smoke"] {
            let answer = tenant.get(&format!("/get.php?{}{query}", login(&line))).await;
            assert_eq!((answer.status().as_u16(), answer.text().await.unwrap()), (404, String::new()), "{query}");
        }
    });
}

#[test]
fn two_lines_with_the_same_bouquets_never_see_each_others_credentials() {
    run(async {
        let tenant = TestPanel::shared().tenant(20).await;
        // The second needs escapes in an address and is of another length.
        let (one, two) = (("one", "first-secret"), ("two", "second+longer@secret!"));
        let mut tags = Vec::new();
        for round in 0..2 {
            for ((username, password), encoded) in [(one, "first-secret"), (two, "second%2Blonger%40secret%21")] {
                if round == 0 {
                    tenant.line(json!({ "username": username, "password": password })).await;
                }
                let path = format!("/get.php?username={username}&password={encoded}&type=m3u_plus");
                let answer = tenant.get(&path).await;
                let length = answer.content_length();
                tags.push(etag(&answer));
                let text = answer.text().await.unwrap();
                assert!(length.is_none_or(|length| length == text.len() as u64));
                let addresses = addresses(&text);
                assert_eq!(addresses.len(), 20);
                assert!(
                    addresses.iter().all(|address| address.contains(&format!("/live/{username}/{encoded}/"))),
                    "{text}"
                );
                assert!(text.lines().next().unwrap().ends_with(&format!("/epg/{username}/{encoded}\"")), "{text}");
            }
        }
        assert_eq!(tags[..2], tags[2..]);
        assert_ne!(tags[0], tags[1], "what one line has kept is nothing to the other");
        let path = "/get.php?username=one&password=first-secret&type=m3u_plus";
        let other = asked(&tenant, path, &[(IF_NONE_MATCH.as_str(), &tags[1])]).await;
        assert_eq!(other.status(), 200);
    });
}

#[test]
fn what_a_player_has_already_is_not_sent_again_until_a_stream_is_renamed() {
    run(async {
        let tenant = TestPanel::shared().tenant(2).await;
        let line = tenant.line(json!({})).await;
        for (round, path) in
            ["/get.php?type=m3u_plus&", "/player_api.php?action=get_live_streams&"].into_iter().enumerate()
        {
            let path = format!("{path}{}", login(&line));
            let first = tenant.get(&path).await;
            let tag = etag(&first);
            assert!(!first.text().await.unwrap().contains("Renamed"));
            let known = asked(&tenant, &path, &[(IF_NONE_MATCH.as_str(), &tag)]).await;
            assert_eq!((known.status().as_u16(), etag(&known)), (304, tag.clone()), "{path}");
            assert_eq!(known.text().await.unwrap(), "");
            let (stream, name) = (tenant.streams[round], format!("Renamed {round}"));
            rename(&tenant, stream, &name).await;
            let changed = asked(&tenant, &path, &[(IF_NONE_MATCH.as_str(), &tag)]).await;
            assert_eq!(changed.status(), 200, "{path}");
            assert_ne!(etag(&changed), tag);
            assert!(changed.text().await.unwrap().contains(&name), "{path}");
            rename(&tenant, stream, "Channel").await;
        }
    });
}

async fn rename(tenant: &TestTenant, stream: u32, name: &str) {
    let document = fields(json!({ "name": name }));
    let verb = async |work: &mut Work| host_engine::record::edit(work, "stream", stream, &document).await;
    tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap();
}

#[test]
fn packed_answers_hold_the_bytes_of_the_plain_one() {
    run(async {
        let tenant = TestPanel::shared().tenant(60).await;
        import_guide(&tenant).await;
        let lines = [tenant.line(json!({})).await, tenant.line(json!({ "username": "another-viewer" })).await];
        for line in &lines {
            for path in ["/player_api.php?action=get_live_streams&", "/xmltv.php?"] {
                let path = format!("{path}{}", login(line));
                let plain = asked(&tenant, &path, &[(ACCEPT_ENCODING.as_str(), "identity")]).await;
                assert!(!plain.headers().contains_key(CONTENT_ENCODING));
                let mut tags = vec![etag(&plain)];
                let plain = plain.bytes().await.unwrap();
                for coding in ["gzip", "zstd"] {
                    let answer = asked(&tenant, &path, &[(ACCEPT_ENCODING.as_str(), coding)]).await;
                    assert_eq!(answer.headers()[CONTENT_ENCODING], coding, "{path}");
                    assert!(answer.headers()["vary"].to_str().unwrap().to_lowercase().contains("accept-encoding"));
                    tags.push(etag(&answer));
                    let packed = answer.bytes().await.unwrap();
                    assert!(packed.len() < plain.len(), "{coding} {path}");
                    assert_eq!(unpacked(coding, &packed), plain, "{coding} {path}");
                }
                tags.sort();
                tags.dedup();
                assert_eq!(tags.len(), 3, "each form has a tag of its own");
            }
        }
    });
}

#[test]
fn a_playlist_with_credentials_in_it_is_packed_once_it_is_asked_for_again() {
    run(async {
        let tenant = TestPanel::shared().tenant(60).await;
        let line = async |username: &str, password: &str| {
            format!("/get.php?{}", login(&tenant.line(json!({ "username": username, "password": password })).await))
        };
        let paths = [line("anna", "s3cret-of-anna").await, line("bert", "h1dden-by-bert").await];
        let other = line("caroline", "s3cret-of-caroline").await;
        let gzip = async |path: &str| asked(&tenant, path, &[(ACCEPT_ENCODING.as_str(), "gzip, zstd")]).await;
        let first = gzip(&paths[0]).await;
        // Compressing for one player costs a hundred times what sending does.
        assert!(!first.headers().contains_key(CONTENT_ENCODING));
        while !gzip(&paths[0]).await.headers().contains_key(CONTENT_ENCODING) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        // Who has values of the same lengths finds it made.
        for path in &paths {
            let plain = text(&tenant, path).await;
            let answer = gzip(path).await;
            assert_eq!(answer.headers()[CONTENT_ENCODING], "gzip");
            let (tag, length) = (etag(&answer), answer.content_length());
            let packed = answer.bytes().await.unwrap();
            assert_eq!(length, Some(packed.len() as u64));
            assert_eq!(unpacked("gzip", &packed), plain.as_bytes());
            assert!(packed.len() * 4 < plain.len(), "{} of {}", packed.len(), plain.len());
            let again = asked(&tenant, path, &[(ACCEPT_ENCODING.as_str(), "gzip"), ("if-none-match", &tag)]).await;
            assert_eq!(again.status(), 304);
        }
        let answer = gzip(&other).await;
        assert!(!answer.headers().contains_key(CONTENT_ENCODING), "another length is another file");
        assert_eq!(answer.text().await.unwrap(), text(&tenant, &other).await);
    });
}

fn unpacked(coding: &str, packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    match coding {
        "gzip" => GzDecoder::new(packed).read_to_end(&mut bytes).unwrap(),
        _ => zstd::Decoder::new(packed).unwrap().read_to_end(&mut bytes).unwrap(),
    };
    bytes
}
