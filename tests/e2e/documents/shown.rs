//! Who is shown which documents: strangers what everybody can know, who has an access code what it opens; and the page
//! that shows them.

use crate::panel::{TestPanel, TestTenant, run};
use crate::process::Station;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH, REFERRER_POLICY,
};
use serde_json::{Value, json};

/// A tenant with a plugin of its own, `rest`, which nobody else knows.
async fn with_own_plugin() -> TestTenant {
    let tenant = TestPanel::shared().tenant(1).await;
    let runtime = &tenant.panel.panel.runtime;
    runtime.install(tenant.system(), std::fs::read(env!("SURFACE_REST")).unwrap().into()).await.unwrap();
    runtime.grant(tenant.system(), "rest", &[], None).await.unwrap();
    tenant
}

/// The surfaces whose documents are there, of those that there could be: at `/openapi`, or below an access code.
async fn told(tenant: &TestTenant, code: Option<&str>) -> String {
    let mut told = Vec::new();
    for surface in ["admin", "reseller", "player", "rest"] {
        let path = match code {
            None => format!("/openapi/{surface}.json"),
            Some(code) => format!("/{code}/docs/openapi/{surface}.json"),
        };
        let answer = tenant.get(&path).await;
        match answer.status().as_u16() {
            200 => told.push(surface),
            404 => assert_eq!(answer.text().await.unwrap(), "Not found.\n", "{path}"),
            other => panic!("{path}: {other}"),
        }
    }
    told.join(" ")
}

#[test]
fn strangers_are_told_what_shipped_plugins_describe_and_a_code_tells_what_it_opens() {
    run(async {
        let tenant = with_own_plugin().await;
        let code = |name: &str| tenant.made[name].as_str().unwrap();
        let (admin, reseller) = (code("admin_access_code"), code("reseller_access_code"));
        for (docs, strangers, by_reseller, by_admin) in [
            ("shipped", "admin reseller player", "reseller player rest", "admin player rest"),
            ("off", "", "", ""),
            ("code", "", "reseller player rest", "admin player rest"),
            ("all", "admin reseller player rest", "reseller player rest", "admin player rest"),
        ] {
            tenant.admin().ok("edit_settings", &[("docs", docs)]).await;
            assert_eq!(told(&tenant, None).await, strangers, "{docs}");
            assert_eq!(told(&tenant, Some(reseller)).await, by_reseller, "{docs}");
            assert_eq!(told(&tenant, Some(admin)).await, by_admin, "{docs}");
            assert_eq!(told(&tenant, Some("not-a-code")).await, "", "{docs}");
            assert_eq!(tenant.get("/docs").await.status(), if strangers.is_empty() { 404 } else { 200 }, "{docs}");
            let below = tenant.get(&format!("/{reseller}/docs")).await;
            assert_eq!(below.status(), if docs == "off" { 404 } else { 200 }, "{docs}");
        }
        let other = TestPanel::shared().tenant(0).await;
        let of_other = other.made["admin_access_code"].as_str().unwrap();
        assert_eq!(told(&tenant, Some(of_other)).await, "", "the code of another tenant");
    });
}

#[test]
fn what_strangers_read_is_the_same_for_every_tenant_and_holds_no_code() {
    run(async {
        let (own, plain) = (with_own_plugin().await, TestPanel::shared().tenant(0).await);
        for surface in ["admin", "reseller", "player", "playlist", "guide", "xtream"] {
            let path = format!("/openapi/{surface}.json");
            let texts = [own.get(&path).await.text().await.unwrap(), plain.get(&path).await.text().await.unwrap()];
            assert_eq!(texts[0], texts[1], "{surface}");
            for tenant in [&own, &plain] {
                let secrets = [
                    &tenant.name,
                    &tenant.host,
                    tenant.made["admin_access_code"].as_str().unwrap(),
                    tenant.made["reseller_access_code"].as_str().unwrap(),
                ]
                .map(str::to_owned);
                assert!(secrets.iter().all(|secret| !texts[0].contains(secret.as_str())), "{surface}");
            }
        }
        let code = own.made["admin_access_code"].as_str().unwrap();
        let by_code = own.get(&format!("/{code}/docs/openapi/admin.json")).await.text().await.unwrap();
        assert!(!by_code.contains(code) && by_code.contains("/{code}/admin/index.php/"), "{by_code}");
    });
}

#[test]
fn a_document_tells_who_answers_now_to_who_may_know_it() {
    run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        tenant.admin().ok("edit_settings", &[("docs", "all")]).await;
        assert_eq!(tenant.get("/openapi/rest.json").await.status(), 404);
        let runtime = &tenant.panel.panel.runtime;
        runtime.install(tenant.system(), std::fs::read(env!("SURFACE_REST")).unwrap().into()).await.unwrap();
        assert_eq!(tenant.get("/openapi/rest.json").await.status(), 404, "it waits for its grant");
        runtime.grant(tenant.system(), "rest", &[], None).await.unwrap();
        let document = tenant.get("/openapi/rest.json").await;
        assert_eq!(document.headers()[CONTENT_TYPE], "application/json");
        let tag = document.headers()[ETAG].clone();
        assert_eq!(document.json::<Value>().await.unwrap()["tags"], json!([{ "name": "rest" }]));
        let url = format!("{}/openapi/rest.json", tenant.panel.url);
        let again =
            tenant.panel.http.get(url).header(HOST, &tenant.host).header(IF_NONE_MATCH, tag).send().await.unwrap();
        assert_eq!(again.status(), 304);
        let posted = tenant.panel.http.post(again.url().clone()).header(HOST, &tenant.host).send().await.unwrap();
        assert_eq!(posted.status(), 405);
        runtime.remove(tenant.system(), "rest").await.unwrap();
        assert_eq!(tenant.get("/openapi/rest.json").await.status(), 404, "it is gone");
    });
}

#[test]
fn the_page_runs_nothing_that_is_not_its_own() {
    run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        let page = tenant.get("/docs?surface=reseller").await;
        let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("http"),
            "{policy}"
        );
        assert_eq!(page.headers()[REFERRER_POLICY], "no-referrer");
        let text = page.text().await.unwrap();
        assert!(text.contains("data-surface=\"reseller\"") && text.contains("?surface=admin"), "{text}");
        let files: Vec<_> = text.split(['"']).filter(|part| part.starts_with("/docs/")).collect();
        assert_eq!(files.len(), 4, "{files:?}");
        for file in files.into_iter().chain(["/docs/LICENSE.txt", "/docs/NOTICE.txt"]) {
            let answer = tenant.get(file).await;
            assert_eq!(answer.status(), 200, "{file}");
            assert!(answer.headers().get(CONTENT_ENCODING).is_none(), "nobody asked for it");
        }
        assert_eq!(tenant.get("/docs/absent.js").await.status(), 404);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_where_its_surface_is() {
    let station = Station::new();
    let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config =
        format!("[limits]\nexempt = ['127.0.0.0/8']\n[[listener]]\naddress = '{door}'\nsurfaces = ['player']\n");
    station.file("linecard.toml", config);
    station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let serving = station.serve();
    let at = |place: String| serving.http.get(place).header(HOST, "acme.test").send();
    assert_eq!(serving.get("acme.test", "/openapi/admin.json").await.status(), 200);
    assert_eq!(at(format!("http://{door}/openapi/admin.json")).await.unwrap().status(), 404);
    assert_eq!(at(format!("http://{door}/openapi/player.json")).await.unwrap().status(), 200);
    let page = at(format!("http://{door}/docs")).await.unwrap().text().await.unwrap();
    assert!(page.contains("?surface=player") && !page.contains("admin"), "{page}");
}

#[test]
fn the_command_prints_the_same_with_and_without_a_panel() {
    let station = Station::new();
    let shipped = station.json(&["openapi", "--surface", "reseller"]);
    assert!(!station.data().exists(), "it needs no data");
    let pretty = station.run(&["openapi", "--surface", "reseller"]).out;
    assert_eq!(serde_json::from_str::<Value>(&pretty).unwrap(), shipped);
    assert!(pretty.lines().count() > 100);
    let unknown = station.run(&["openapi", "--surface", "resller"]);
    assert!(
        unknown.code == 1 && unknown.err.contains("did you mean reseller?") && unknown.err.contains("player"),
        "{}",
        unknown.err
    );
    assert_eq!(station.run(&["openapi"]).code, 2);
    station.json(&["tenant", "create", "acme"]);
    let of_tenant = ["openapi", "--surface", "reseller", "--tenant", "acme"];
    assert_eq!(station.json(&of_tenant), shipped);
    let _serving = station.serve();
    assert_eq!(station.json(&of_tenant), shipped);
    let unknown = station.run(&["openapi", "--surface", "resller", "--tenant", "acme"]);
    assert!(unknown.code == 1 && unknown.err.contains("did you mean reseller?"), "{}", unknown.err);
}
