//! Groups, bouquets, packages and streams through the admin surface, and what of them is seen at
//! the doors of players and resellers.

use crate::panel::{TestPanel, TestTenant, run};
use crate::visitor::Visitor;
use serde_json::json;

async fn panel() -> (TestTenant, Visitor) {
    let tenant = TestPanel::shared().tenant(2).await;
    let admin = tenant.admin();
    (tenant, admin)
}

#[test]
fn a_bouquets_content_is_what_its_lines_see() {
    run(async {
        let (tenant, admin) = panel().await;
        let line = tenant.line(json!({})).await;
        let (first, second) = (tenant.streams[0], tenant.streams[1]);
        let movie = tenant.record("stream", json!({ "kind": "movie", "name": "A film" })).await;
        let (id, data) = (tenant.bouquet.to_string(), json!({ "stream": [second], "movies": [movie] }).to_string());
        let edited = admin.ok("edit_bouquet", &[("id", &id), ("bouquet_data", &data)]).await;
        assert_eq!(
            (&edited["bouquet_channels"], &edited["bouquet_movies"]),
            (&json!([second]), &json!([movie])),
            "{edited}"
        );
        assert_eq!(tenant.channels(&line).await, [format!("Channel 2 of {}", tenant.name)]);
        let read = admin.get("get_bouquet", &format!("&id={id}")).await["data"].clone();
        assert_eq!((&read, &read["bouquet_name"]), (&edited, &json!("All")));
        let data = json!({ "stream": [second, first] }).to_string();
        admin.ok("edit_bouquet", &[("id", &id), ("bouquet_data", &data), ("bouquet_name", "Renamed")]).await;
        assert_eq!(tenant.channels(&line).await.len(), 2);
        let created = admin.ok("create_bouquet", &[("bouquet_name", "Second"), ("bouquet_data", &data)]).await;
        assert_eq!(created["bouquet_channels"], json!([second, first]));
        let page = admin.get("get_bouquets", "&search%5Bvalue%5D=Renam&show_columns=bouquet_name").await;
        assert_eq!((&page["recordsTotal"], &page["data"]), (&json!(2), &json!([{ "bouquet_name": "Renamed" }])));
        for (status, form) in [
            ("INVALID_INPUT", [("bouquet_name", "Third"), ("bouquet_data", r#"{"stream":[999999]}"#)]),
            ("INVALID_INPUT", [("bouquet_name", "Third"), ("bouquet_data", r#"{"stream":7}"#)]),
            ("INVALID_INPUT", [("bouquet_name", "Third"), ("bouquet_data", "{")]),
            ("EXISTS_NAME", [("bouquet_name", "Second"), ("order", "1")]),
            ("INVALID_NAME", [("bouquet_name", ""), ("order", "1")]),
        ] {
            assert_eq!(admin.refused("create_bouquet", &form).await, status, "{form:?}");
        }
    });
}

#[test]
fn a_list_of_bouquets_says_what_each_holds() {
    run(async {
        let (tenant, admin) = panel().await;
        let movie = tenant.record("stream", json!({ "kind": "movie", "name": "A film" })).await;
        let radio = tenant.record("stream", json!({ "kind": "radio", "name": "A station" })).await;
        let series = tenant.record("series", json!({ "name": "A series" })).await;
        let mixed =
            json!([{ "stream": radio }, { "series": series }, { "stream": tenant.streams[1] }, { "stream": movie }]);
        let mixed = tenant.record("bouquet", json!({ "name": "Mixed", "members": mixed })).await;
        let empty = tenant.record("bouquet", json!({ "name": "Empty" })).await;
        let rows = admin.get("get_bouquets", "").await["data"].clone();
        for (row, id) in rows.as_array().unwrap().iter().zip([tenant.bouquet, mixed, empty]) {
            assert_eq!(row, &admin.ok("get_bouquet", &[("id", &id.to_string())]).await);
        }
        assert_eq!(rows[0]["bouquet_channels"], json!(tenant.streams));
        let held = json!({ "id": mixed, "bouquet_name": "Mixed", "bouquet_channels": [tenant.streams[1]],
            "bouquet_movies": [movie], "bouquet_series": [series], "bouquet_radios": [radio], "order": rows[1]["order"],
            "bouquet_counts": { "channels": 1, "movies": 1, "series": 1, "radios": 1 } });
        assert_eq!(rows[1], held);
        assert_eq!((&rows[2]["bouquet_channels"], &rows[2]["bouquet_radios"]), (&json!([]), &json!([])));
    });
}

#[test]
fn a_new_stream_is_in_the_players_list_until_it_is_switched_off() {
    run(async {
        let (tenant, admin) = panel().await;
        let line = tenant.line(json!({})).await;
        let bouquets = format!("[{}]", tenant.bouquet);
        let form = [
            ("stream_display_name", "Campus News"),
            ("stream_source", r#"["http://source.example.org/a.ts"]"#),
            ("bouquets", bouquets.as_str()),
        ];
        let stream = admin.ok("create_stream", &form).await;
        assert_eq!(stream["stream_source"], json!(["http://source.example.org/a.ts"]));
        assert_eq!(tenant.channels(&line).await.last().unwrap(), "Campus News");
        let id = stream["id"].to_string();
        admin.ok("edit_stream", &[("id", &id), ("stream_display_name", "Campus News HD")]).await;
        assert_eq!(tenant.channels(&line).await.last().unwrap(), "Campus News HD");
        let page = admin.get("get_streams", "&search%5Bvalue%5D=Campus&hide_columns=stream_source").await;
        assert_eq!((&page["recordsTotal"], &page["recordsFiltered"]), (&json!(3), &json!(1)));
        assert!(page["data"][0]["stream_source"].is_null() && page["data"][0]["id"] == stream["id"], "{page}");
        assert_eq!(admin.get("get_streams", "&start=2&limit=5").await["data"].as_array().unwrap().len(), 1);
        let read = admin.get("get_stream", &format!("&id={id}")).await;
        assert_eq!(read["data"]["stream_display_name"], "Campus News HD");
        admin.ok("edit_stream", &[("id", &id), ("enabled", "0")]).await;
        assert_eq!(tenant.channels(&line).await.len(), 2);
        for (status, form) in [
            ("INVALID_NAME", [("stream_display_name", ""), ("notes", "x")]),
            ("INVALID_INPUT", [("stream_display_name", "X"), ("category_id", "[999999]")]),
            ("INVALID_INPUT", [("stream_display_name", "X"), ("stream_type", "smoke")]),
            ("INVALID_INPUT", [("stream_display_name", "X"), ("stream_source", "[\"not an address\"]")]),
        ] {
            assert_eq!(admin.refused("create_stream", &form).await, status, "{form:?}");
        }
        // A bouquet that is not there takes the stream with it: both are one plan.
        let form = [("stream_display_name", "Orphan"), ("bouquets", "[999999]")];
        admin.refused("create_stream", &form).await;
        assert_eq!(admin.get("get_streams", "").await["recordsTotal"], 3);
    });
}

#[test]
fn sources_are_texts_and_documents_and_can_be_sent_back_as_they_were_shown() {
    run(async {
        let (_, admin) = panel().await;
        let document = json!({"url": "udp://@239.1.1.1:1234", "program": 22, "interface": "127.0.0.1"});
        let sources = json!(["test:1", document]);
        let sent = sources.to_string();
        let form = [("stream_display_name", "Group"), ("stream_source", sent.as_str())];
        let stream = admin.ok("create_stream", &form).await;
        assert_eq!(stream["stream_source"], sources);
        let (id, shown) = (stream["id"].to_string(), stream["stream_source"].to_string());
        let edited = admin.ok("edit_stream", &[("id", &id), ("stream_source", &shown)]).await;
        assert_eq!(edited["stream_source"], sources);
        for wrong in [r#"[{"url":"test:1","colour":1}]"#, r#"[{"program":1}]"#, r#"["{"]"#] {
            assert_eq!(
                admin.refused("edit_stream", &[("id", &id), ("stream_source", wrong)]).await,
                "INVALID_INPUT",
                "{wrong}"
            );
        }
    });
}

#[test]
fn a_package_is_sold_at_the_price_it_has_now() {
    run(async {
        let (tenant, admin) = panel().await;
        let seller = tenant.reseller("seller", "10").await;
        let group = seller.ok("user_info", &[]).await["member_group_id"].to_string();
        let (groups, bouquets) = (format!("[{group}]"), format!("[{}]", tenant.bouquet));
        let form = [
            ("package_name", "Quarter"),
            ("is_official", "1"),
            ("official_credits", "2.5"),
            ("duration_months", "3"),
            ("groups", groups.as_str()),
            ("bouquets", bouquets.as_str()),
        ];
        let package = admin.ok("create_package", &form).await;
        assert_eq!((&package["official_credits"], &package["duration_months"]), (&json!(2.5), &json!(3)), "{package}");
        let id = package["id"].to_string();
        let sale = [("package", id.as_str()), ("trial", "0")];
        seller.ok("create_line", &sale).await;
        assert_eq!(crate::reseller::balance(&seller).await, 7.5);
        assert_eq!(seller.refused("create_line", &[sale[0], ("trial", "1")]).await, "INVALID_PACKAGE");
        admin.ok("edit_package", &[("id", &id), ("official_credits", "7")]).await;
        assert_eq!(seller.ok("packages", &[]).await[1]["credits"], 7.0);
        seller.ok("create_line", &sale).await;
        assert_eq!(crate::reseller::balance(&seller).await, 0.5);
        admin.ok("edit_package", &[("id", &id), ("groups", "[]")]).await;
        assert_eq!(seller.refused("create_line", &sale).await, "INVALID_PACKAGE");
        let page = admin.get("get_packages", "&limit=1&show_columns=package_name").await;
        assert_eq!((&page["recordsTotal"], page["data"].as_array().unwrap().len()), (&json!(2), 1));
        for (status, form) in [
            ("INVALID_NAME", [("package_name", ""), ("is_line", "1")]),
            ("INVALID_INPUT", [("package_name", "X"), ("official_credits", "-1")]),
            ("INVALID_INPUT", [("package_name", "X"), ("official_credits", "free")]),
            ("INVALID_INPUT", [("package_name", "X"), ("groups", "[999999]")]),
            ("INVALID_INPUT", [("package_name", "X"), ("bouquets", "[999999]")]),
        ] {
            assert_eq!(admin.refused("create_package", &form).await, status, "{form:?}");
        }
    });
}

#[test]
fn a_groups_rights_bind_its_resellers_at_once() {
    run(async {
        let (tenant, admin) = panel().await;
        let other = tenant.reseller("other", "0").await;
        let packages = format!("[{}]", tenant.package);
        let form = [
            ("group_name", "Premium"),
            ("packages_selected", packages.as_str()),
            ("minimum_username_length", "9"),
            ("permissions_selected", r#"["lines"]"#),
        ];
        let group = admin.ok("create_group", &form).await;
        assert_eq!((&group["packages"], &group["is_reseller"]), (&json!([tenant.package]), &json!(1)));
        let id = group["id"].to_string();
        let user = admin.ok("create_user", &[("username", "premium"), ("member_group_id", &id)]).await;
        assert_eq!(user["member_group_id"], group["id"]);
        let seller = other.with_key(&tenant.key_of(crate::panel::id_of(&user)).await);
        admin.ok("adjust_credits", &[("id", &user["id"].to_string()), ("credits", "10")]).await;
        assert_eq!(seller.ok("user_info", &[]).await["allowed_pages"], json!(["lines"]));
        let package = tenant.package.to_string();
        let sale = [("package", package.as_str()), ("trial", "0"), ("username", "eight-ch")];
        assert_eq!(seller.refused("create_line", &sale).await, "INVALID_USERNAME");
        admin.ok("edit_group", &[("id", &id), ("minimum_username_length", "3")]).await;
        seller.ok("create_line", &sale).await;
        admin.ok("edit_group", &[("id", &id), ("packages_selected", "[]")]).await;
        assert_eq!(seller.ok("packages", &[]).await, json!([]));
        let read = admin.get("get_group", &format!("&id={id}&show_columns=group_name,packages")).await;
        assert_eq!(read["data"], json!({ "group_name": "Premium", "packages": [] }));
        assert_eq!(admin.get("get_groups", "&search%5Bvalue%5D=Prem").await["recordsFiltered"], 1);
        for (status, form) in [
            ("INVALID_NAME", [("group_name", ""), ("notice_html", "x")]),
            ("EXISTS_NAME", [("group_name", "Premium"), ("notice_html", "x")]),
            ("INVALID_INPUT", [("group_name", "X"), ("packages_selected", "[999999]")]),
            ("INVALID_INPUT", [("group_name", "X"), ("groups_selected", "[999999]")]),
            ("INVALID_INPUT", [("group_name", "X"), ("create_sub_resellers_price", "-1")]),
        ] {
            assert_eq!(admin.refused("create_group", &form).await, status, "{form:?}");
        }
        assert_eq!(admin.get("get_groups", "").await["recordsTotal"], 2);
    });
}

/// Creates a thing with fields, reads them back, sets each to another value, and sees each wrong
/// value refused. A field is its name, its first value, its other value, and wrong ones.
async fn fields_hold(admin: &Visitor, kind: &str, list: &str, table: &[(&str, &str, &str, &[&str])]) {
    let (get, create, edit) = (format!("get_{kind}"), format!("create_{kind}"), format!("edit_{kind}"));
    let name = format!("{kind}_name");
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let mut form = vec![(name.as_str(), "Whole")];
    form.extend(table.iter().map(|(field, first, ..)| (*field, *first)));
    let created = admin.ok(&create, &form).await;
    let id = created["id"].to_string();
    for (field, first, other, wrong) in table {
        assert_eq!(created[*field], value(first), "{create} {field}");
        for wrong in *wrong {
            let status = admin.refused(&edit, &[("id", &id), (field, wrong)]).await;
            assert_eq!(status, "INVALID_INPUT", "{edit} {field}={wrong}");
            let form = [(name.as_str(), "Another"), (*field, *wrong)];
            assert_eq!(admin.refused(&create, &form).await, "INVALID_INPUT", "{create} {field}={wrong}");
        }
        let mut wanted = admin.ok(&get, &[("id", &id)]).await;
        assert_eq!(wanted[*field], value(first), "{get} {field}");
        wanted[*field] = value(other);
        assert_eq!(admin.ok(&edit, &[("id", &id), (field, other)]).await, wanted, "{edit} {field}");
        assert_eq!(admin.ok(&get, &[("id", &id)]).await, wanted, "{get} {field}");
    }
    let rows = admin.ok(list, &[("search[value]", "Whole")]).await;
    assert_eq!(rows, json!([admin.ok(&get, &[("id", &id)]).await]), "{list}");
}

#[test]
fn fields_of_groups_and_packages_are_kept_and_wrong_ones_refused() {
    run(async {
        let (tenant, admin) = panel().await;
        let flag: &[&str] = &["2", "maybe"];
        let table = [
            ("is_admin", "0", "0", &["1"][..]),
            ("is_reseller", "1", "1", &["0"][..]),
            ("can_delete", "0", "1", flag),
            ("allow_restrictions", "0", "1", flag),
            ("allow_download", "0", "1", flag),
            ("can_view_vod", "0", "1", flag),
        ];
        fields_hold(&admin, "group", "get_groups", &table).await;
        let addon = tenant.record("package", json!({ "name": "Add-on", "addon": true })).await;
        let (none, one) = ("[]".to_owned(), format!("[{addon}]"));
        let table = [
            ("force_server_id", "0", "0", &["1", "-1"][..]),
            ("lock_device", "1", "0", flag),
            ("is_addon", "1", "0", flag),
            ("check_compatible", "1", "0", flag),
            ("addon_packages", one.as_str(), none.as_str(), &["[999999]", "[\"x\"]"][..]),
        ];
        fields_hold(&admin, "package", "get_packages", &table).await;
    });
}

#[test]
fn a_new_group_may_all_that_it_is_not_forbidden_and_a_new_package_is_plain() {
    run(async {
        let (_tenant, admin) = panel().await;
        let group = admin.ok("create_group", &[("group_name", "Plain")]).await;
        for field in ["can_delete", "allow_restrictions", "allow_download", "can_view_vod"] {
            assert_eq!(group[field], 1, "{field}");
        }
        let package = admin.ok("create_package", &[("package_name", "Plain")]).await;
        for field in ["force_server_id", "lock_device", "is_addon", "check_compatible"] {
            assert_eq!(package[field], 0, "{field}");
        }
        assert_eq!(package["addon_packages"], json!([]));
    });
}

#[test]
fn a_foreign_record_is_answered_like_a_missing_one() {
    run(async {
        let ((_tenant, admin), (elsewhere, stranger)) = (panel().await, panel().await);
        let mut foreign = 0;
        for number in 1..=4 {
            foreign = elsewhere.record("group", json!({ "name": format!("Group {number}") })).await;
            for kind in ["bouquet", "package"] {
                foreign = foreign.max(elsewhere.record(kind, json!({ "name": format!("{kind} {number}") })).await);
            }
            foreign = foreign.max(elsewhere.record("stream", json!({ "kind": "live", "name": "S" })).await);
        }
        assert_eq!(stranger.post("get_stream", &[("id", &foreign.to_string())]).await["status"], "STATUS_SUCCESS");
        for kind in ["group", "bouquet", "package", "stream"] {
            for action in [format!("get_{kind}"), format!("edit_{kind}")] {
                let missing = admin.words(&action, &[("id", "987654")]).await;
                assert!(missing.contains("STATUS_FAILURE"), "{action}: {missing}");
                assert_eq!(admin.words(&action, &[("id", &foreign.to_string())]).await, missing, "{action}");
                assert_eq!(admin.refused(&action, &[]).await, "FAILURE", "{action}");
            }
        }
    });
}
