//! API keys: what the command line says of their use.

use super::with_tenant;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_says_when_and_from_where_it_was_last_used_even_after_a_quick_end() {
    let (station, made) = with_tenant("acme");
    let text = |name: &str| made[name].as_str().unwrap();
    let listed = || {
        let keys = station.json(&["key", "list", "--tenant", "acme"]);
        let key = keys.as_array().unwrap()[0].clone();
        (key["last_used"].clone(), key["last_address"].clone())
    };
    assert_eq!(listed(), (Value::Null, Value::Null));
    let serving = station.serve();
    let path =
        format!("/{}/admin/index.php?api_key={}&action=get_streams", text("admin_access_code"), text("admin_api_key"));
    assert!(serving.post("acme.test", &path).await.status().is_success());
    let (status, _, log) = serving.terminate();
    assert!(status.success(), "{log}");
    let (used, address) = listed();
    assert!(used.as_str().is_some_and(|moment| moment.ends_with('Z')), "{used}");
    assert_eq!(address, "127.0.0.1");
}
