//! Every value that a parameter can have, at its extremes, for every action that the shipped plugins describe:
//! none of them breaks a plugin. Made from the descriptions, so that a new action is covered by being there.

use crate::manner;
use crate::panel::{TestPanel, TestTenant, login, run};
use crate::visitor::Visitor;
use host_core::action::{Action, Form, Parameter, Surface};
use host_core::caller::CallerRole;
use reqwest::Url;
use reqwest::header::HOST;
use serde_json::{Value, json};

struct World {
    tenant: TestTenant,
    seller: Visitor,
    line: Value,
}

/// Texts at the ends of what a form takes, and what lies just beyond.
fn extremes(form: Form, parameter: &Parameter) -> Vec<String> {
    let mut texts: Vec<String> = match form {
        Form::Text => ["\"\\\u{1f}\u{7f}", "<a href='&amp;'>", "\u{202e}\u{fffd}é𝄞", "%s%n{}[]", " ", "0"]
            .map(str::to_owned)
            .into(),
        Form::Int | Form::Count | Form::Id => {
            let range = form.range().unwrap();
            let ends = [*range.start(), *range.end(), range.start() - 1, range.end() + 1, -1, 0, 1, i64::MAX];
            ends.into_iter().chain(parameter.min).chain(parameter.max).map(|number| number.to_string()).collect()
        }
        Form::Flag => ["0", "1", "TRUE", "off", "2"].map(str::to_owned).into(),
        Form::Decimal => ["0", "-0.0001", "0.0001", "10000000000", "-10000000000", "922337203685477.5807", "1e9"]
            .map(str::to_owned)
            .into(),
        Form::Date => ["never", "0", "1", "0001-01-01", "9999-12-31", "253402300799", "253402300800", "2024-02-30"]
            .map(str::to_owned)
            .into(),
        Form::Network => {
            ["0.0.0.0/0", "::/0", "255.255.255.255", "::ffff:10.0.0.1", "1.2.3.4/33"].map(str::to_owned).into()
        }
        Form::Document | Form::Object => {
            let numbers = r#"{"stream":[4294967295],"a":1e308,"b":18446744073709551615,"c":-9223372036854775808}"#;
            ["{}", numbers, r#"{"a":{"b":{"c":{}}}}"#, r#"{"stream":"x","movies":null,"series":{},"radios":[[]]}"#]
                .map(str::to_owned)
                .into()
        }
        Form::List => {
            let of = parameter.of.unwrap();
            let items = extremes(of, parameter);
            let most = usize::try_from(parameter.max.unwrap_or(1_000)).unwrap();
            let one =
                |item: &String| if of == Form::Document { format!("[{item}]") } else { json!([item]).to_string() };
            let many = |count: usize| Value::from(vec![items.last().unwrap().as_str(); count]).to_string();
            let first: Vec<_> = std::iter::repeat_n(items[0].as_str(), most.min(200)).collect();
            let lists = ["[]".to_owned(), many(most.min(500)), json!(first).to_string(), many(1_001), "[null]".into()];
            items.iter().map(one).chain(lists).collect()
        }
    };
    if form == Form::Text {
        let most = usize::try_from(parameter.max.unwrap_or(4_096)).unwrap();
        texts.extend(["x".repeat(most), "é".repeat(most.min(2_000)), "x".repeat(most + 1)]);
        texts.extend(parameter.one_of.iter().cloned());
    }
    texts
}

impl World {
    async fn new() -> World {
        let tenant = TestPanel::shared().tenant(1).await;
        let seller = tenant.reseller("seller", "500").await;
        let line = tenant.sold_line(&seller, json!({})).await;
        World { tenant, seller, line }
    }

    /// Calls an action with these parameters; its HTTP status.
    async fn status(&self, surface: &Surface, action: &Action, form: &[(String, String)]) -> u16 {
        match surface.is_panel() {
            true => {
                let admin = self.tenant.admin();
                let key = if action.roles[0] == CallerRole::Admin { &admin.key } else { &self.seller.key };
                let visitor = manner::at(&self.tenant, surface, key);
                manner::asked(&visitor, surface, action, form).await.0
            }
            false => {
                let plain = |mount: &&host_core::action::Mount| {
                    !mount.path.contains("{username}") && mount.action.as_deref().is_none_or(|name| name == action.name)
                };
                let mount = surface.mounts.iter().find(plain).unwrap();
                let mut url = format!("{}{}?{}", self.tenant.panel.url, mount.path, login(&self.line));
                if mount.action.is_none() {
                    url.push_str(&format!("&action={}", action.name));
                }
                let url = Url::parse_with_params(&url, form).unwrap();
                let request = self.tenant.panel.http.get(url).header(HOST, &self.tenant.host);
                request.send().await.unwrap().status().as_u16()
            }
        }
    }

    /// Faults of all plugins of the tenant, with the last words of those that have some.
    fn faults(&self) -> Vec<String> {
        let runtime = &self.tenant.panel.panel.runtime;
        let health = runtime.health(self.tenant.id);
        let faulty = health.into_iter().filter(|plugin| plugin.calls.is_some_and(|calls| calls.faults > 0));
        let words = |name: &str| runtime.logs(self.tenant.id, name).last().map(|line| line.message.clone());
        faulty.map(|plugin| format!("{}: {:?}", plugin.name, words(&plugin.name))).collect()
    }
}

#[test]
fn no_value_of_a_parameter_breaks_a_plugin() {
    run(async {
        let world = World::new().await;
        let snapshot = world.tenant.panel.panel.runtime.snapshot(world.tenant.id);
        let mut routes = snapshot.actions();
        // What takes things away comes last.
        routes.sort_by_key(|route| route.action.name.starts_with("delete"));
        let mut asked = 0;
        for route in routes {
            let action = &route.action;
            let entry = snapshot.surfaces().iter().find(|entry| entry.surface.name == action.surface).unwrap();
            let sample: Vec<(String, String)> = action.examples[0].parameters.clone().into_iter().collect();
            for (name, parameter) in &action.parameters {
                // What no request can carry is refused before there is a value.
                for value in extremes(parameter.form, parameter).into_iter().filter(|value| value.len() < 15_000) {
                    let mut form = sample.clone();
                    form.retain(|(known, _)| known != name);
                    form.push((name.clone(), value));
                    let status = world.status(&entry.surface, action, &form).await;
                    let at = format!("{}/{} {form:.200?}", action.surface, action.name);
                    assert!(status != 500, "{at}: {status} {:?}", world.faults());
                    assert_eq!(world.faults(), Vec::<String>::new(), "{at}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 1_000, "{asked}");
        assert!(world.tenant.panel.panel.runtime.tripped().iter().all(|(tenant, ..)| *tenant != world.tenant.id));
    });
}
