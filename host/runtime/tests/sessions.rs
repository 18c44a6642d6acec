//! Sessions as guests issue, rotate and end them: good on the surface of their action, when the call is committed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::TenantId;
use host_core::caller::{Caller, Identity};
use host_core::secret::Secret;
use host_engine::{SignInFrom, SignedSession, Work};
use host_runtime::{Call, CallError, Reply};
use serde_json::{Value, json};
use support::Panel;
use support::guest::{Guest, REPLY, data};

const OPTIONS: &str = r#"{"seconds":600,"bound":"box"}"#;
const PASSWORD: &str = "long enough";

/// Calls a function of the capability and passes its refusal on, else does `then`.
fn guest(import: &'static str, arguments: &str, then: &str) -> Guest {
    Guest {
        imports: import,
        capabilities: "[capabilities.sessions]\nreason = \"To try.\"\n",
        fields: [
            data(8192, "\""),
            data(8400, REPLY),
            data(9000, OPTIONS),
            data(9100, "boss"),
            data(9200, PASSWORD),
        ]
        .join("\n"),
        ..Guest::with_action(
            format!(
                "(call $function {arguments} (i32.const 64))
                 (if (i32.load8_u (i32.const 64)) (then (return (call $refuse
                   (i32.load (i32.const 68)) (i32.load (i32.const 72)) (i32.load (i32.const 88)) (i32.load (i32.const 92))))))
                 {then}"
            ),
            json!({ "kind": "write" }),
        )
    }
}

/// One that answers the token that it was given.
fn teller(import: &'static str, arguments: &str) -> Guest {
    let then = "(memory.copy (i32.const 16384) (i32.const 8192) (i32.const 1))
        (memory.copy (i32.const 16385) (i32.load (i32.const 68)) (i32.load (i32.const 72)))
        (memory.copy (i32.add (i32.const 16385) (i32.load (i32.const 72))) (i32.const 8192) (i32.const 1))
        (call $ok (i32.const 16384) (i32.add (i32.load (i32.const 72)) (i32.const 2)))";
    guest(import, arguments, then)
}

fn texts(texts: &[(u32, &str)]) -> String {
    texts.iter().map(|(at, text)| format!("(i32.const {at}) (i32.const {})", text.len())).collect()
}

fn signer() -> Guest {
    let import =
        r#"(import "linecard:sessions/sessions@0.1.0" "sign-in" (func $function (param i32 i32 i32 i32 i32 i32 i32)))"#;
    teller(import, &texts(&[(9100, "boss"), (9200, PASSWORD), (9000, OPTIONS)]))
}

fn issuer() -> Guest {
    let import = r#"(import "linecard:sessions/sessions@0.1.0" "issue" (func $function (param i32 i32 i32)))"#;
    teller(import, &texts(&[(9000, OPTIONS)]))
}

fn rotator() -> Guest {
    teller(r#"(import "linecard:sessions/sessions@0.1.0" "rotate" (func $function (param i32)))"#, "")
}

fn ender(import: &'static str) -> Guest {
    guest(import, "", &format!("(call $ok (i32.const 8400) (i32.const {}))", REPLY.len()))
}

fn call(caller: Caller) -> Call {
    let tenant = caller.tenant;
    Call { caller, ..support::panel::call(tenant) }
}

/// The token that `probe/go` answers.
async fn token(panel: &Panel, call: Call) -> Result<Secret, CallError> {
    match panel.call_with("probe", "go", call).await? {
        Reply::Data { data, .. } => Ok(Secret::new(serde_json::from_str::<String>(&data).unwrap())),
        Reply::Body(_) => panic!("a body"),
    }
}

async fn sign_in(panel: &Panel, tenant: TenantId, surface: &str, token: &Secret) -> Option<SignedSession> {
    let from = SignInFrom {
        address: [127, 0, 0, 1].into(),
        agent: "probe".into(),
        surface: surface.into(),
        request: "request-2".into(),
        query: Secret::default(),
        code: Secret::default(),
    };
    panel.engine.sign_in_session(tenant, surface, token, Some("box"), &from).await.ok()
}

/// A tenant with a reseller `boss`.
async fn with_boss(panel: &Panel) -> TenantId {
    let tenant = panel.tenant("acme").await;
    let Value::Object(boss) = json!({ "username": "boss", "password": PASSWORD }) else { panic!("an object") };
    let create = async |work: &mut Work| host_engine::user::create(work, &boss).await;
    panel.engine.act(Caller::system(tenant, "test"), "create", create).await.unwrap();
    tenant
}

#[tokio::test]
async fn a_stranger_signs_in_goes_on_by_another_token_and_signs_out() {
    let panel = Panel::with(vec![signer().file()]);
    let tenant = with_boss(&panel).await;
    let stranger = Caller { identity: Identity::Stranger, ..Caller::system(tenant, "request-1") };
    let first = token(&panel, call(stranger)).await.unwrap();
    assert!(sign_in(&panel, tenant, "console", &first).await.is_none(), "it is good on its surface alone");
    let caller = sign_in(&panel, tenant, "probe", &first).await.unwrap().caller;
    assert!(caller.user().is_some());

    let panel = panel.restarted(vec![rotator().file()]);
    let second = token(&panel, call(caller)).await.unwrap();
    assert!(sign_in(&panel, tenant, "probe", &first).await.is_none());
    let caller = sign_in(&panel, tenant, "probe", &second).await.unwrap().caller;

    let end = r#"(import "linecard:sessions/sessions@0.1.0" "end" (func $function (param i32)))"#;
    let panel = panel.restarted(vec![ender(end).file()]);
    panel.call_with("probe", "go", call(caller)).await.unwrap();
    assert!(sign_in(&panel, tenant, "probe", &second).await.is_none());
}

#[tokio::test]
async fn a_caller_by_another_credential_gets_sessions_and_ends_them_all() {
    let panel = Panel::with(vec![issuer().file()]);
    let tenant = with_boss(&panel).await;
    let password = Secret::new(PASSWORD);
    let from = SignInFrom {
        address: [127, 0, 0, 1].into(),
        agent: Default::default(),
        surface: "probe".into(),
        request: "request-1".into(),
        query: Secret::default(),
        code: Secret::default(),
    };
    let boss = panel.engine.sign_in_password(tenant, "boss", &password, &from).await.unwrap();
    let dry = token(&panel, Call { dry_run: true, ..call(boss.clone()) }).await.unwrap();
    assert!(sign_in(&panel, tenant, "probe", &dry).await.is_none(), "a dry run issues nothing");
    let kept = Call { idempotency: Some("once".into()), ..call(boss.clone()) };
    let refused = token(&panel, kept).await.err().unwrap().to_string();
    assert!(refused.contains("idempotency key"), "{refused}");
    let (one, two) =
        (token(&panel, call(boss.clone())).await.unwrap(), token(&panel, call(boss.clone())).await.unwrap());
    assert!(sign_in(&panel, tenant, "probe", &one).await.is_some());

    let end = r#"(import "linecard:sessions/sessions@0.1.0" "end-all" (func $function (param i32)))"#;
    let panel = panel.restarted(vec![ender(end).file()]);
    panel.call_with("probe", "go", call(boss)).await.unwrap();
    for ended in [one, two] {
        assert!(sign_in(&panel, tenant, "probe", &ended).await.is_none());
    }
}

#[tokio::test]
async fn who_has_no_session_is_told_so_and_the_host_gets_none() {
    let panel = Panel::with(vec![rotator().file()]);
    let tenant = with_boss(&panel).await;
    let system = Caller::system(tenant, "request-1");
    let refused = token(&panel, call(system.clone())).await;
    assert!(matches!(refused, Err(CallError::Refusal(no)) if no.code == host_core::Code::NotPermitted));
    let panel = panel.restarted(vec![issuer().file()]);
    let refused = token(&panel, call(system)).await;
    assert!(matches!(refused, Err(CallError::Refusal(no)) if no.code == host_core::Code::NotPermitted));
}
