//! Every action that the shipped plugins describe, asked by those who may not: without a credential, with a wrong one, with
//! another tenant's, with a role that may not call it, and for things that are another's. All of it is made from the
//! descriptions, so that a new action is covered by being there; one that these tests cannot ask fails them.

use crate::manner;
use crate::one_of_each::{self, Things};
use crate::panel::{TestPanel, TestTenant, id_of, login, run};
use crate::visitor::Visitor;
use host_core::action::{Action, ActionKind, Form, Mount, Surface};
use host_core::caller::CallerRole;
use reqwest::Url;
use reqwest::header::HOST;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A tenant with one of everything, and who is in it.
struct World {
    tenant: TestTenant,
    seller: Visitor,
    rival: Visitor,
    line: Value,
    /// For each kind a thing of the tenant, with the highest id.
    things: Things,
    /// Lines and users of the rival, which the seller may not see.
    of_rival: Things,
}

impl World {
    /// With `more` things of each kind than a world without, so that the last ids are nobody else's.
    async fn new(more: u32) -> World {
        let tenant = TestPanel::shared().tenant(1).await;
        let (seller, rival) = (tenant.reseller("seller", "500").await, tenant.reseller("rival", "500").await);
        let line = tenant.sold_line(&seller, json!({ "username": "guest", "password": "word-of-guest" })).await;
        let mut things = Things::new();
        for number in 0..=more {
            things.extend(one_of_each::records(&tenant, &format!("Thing {number}")).await);
            let sub = seller.ok("create_user", &[("username", &format!("sub-{number}"))]).await;
            things.insert("user", id_of(&sub));
            things.extend(one_of_each::sold(&tenant, &seller).await);
        }
        let mut of_rival = one_of_each::sold(&tenant, &rival).await;
        of_rival.insert("user", id_of(&rival.ok("create_user", &[("username", "of-rival")]).await));
        World { tenant, seller, rival, line, things, of_rival }
    }

    /// All that users of the panel can read, and the balances.
    async fn state(&self) -> Value {
        let mut state = BTreeMap::new();
        let admin = self.tenant.admin();
        for action in ["user_info", "get_settings"] {
            state.insert(action.to_owned(), admin.ok(action, &[]).await);
        }
        // When they last signed in changes by being looked at.
        let users = [("limit", "1000"), ("hide_columns", "last_login,ip")];
        state.insert("get_users".to_owned(), admin.ok("get_users", &users).await);
        for list in one_of_each::LISTS {
            state.insert(list.to_owned(), admin.ok(list, &[("limit", "1000")]).await);
        }
        for bouquet in state["get_bouquets"].clone().as_array().unwrap() {
            let id = bouquet["id"].to_string();
            state.insert(format!("bouquet {id}"), admin.ok("get_bouquet", &[("id", &id)]).await);
        }
        for (name, visitor) in [("seller", &self.seller), ("rival", &self.rival)] {
            state.insert(name.to_owned(), visitor.ok("user_info", &[]).await);
        }
        json!(state)
    }

    /// Each action with the surface that it is on.
    fn actions(&self) -> Vec<(Arc<Surface>, Arc<Action>)> {
        let snapshot = self.tenant.panel.panel.runtime.snapshot(self.tenant.id);
        let surface = |name: &str| {
            let entry = snapshot.surfaces().iter().find(|entry| entry.surface.name == name);
            Arc::clone(&entry.unwrap_or_else(|| panic!("no surface {name}")).surface)
        };
        let routes = snapshot.actions();
        assert!(routes.len() > 40, "{}", routes.len());
        routes.iter().map(|route| (surface(&route.action.surface), Arc::new(Action::clone(&route.action)))).collect()
    }

    /// Someone at a panel surface with the key of that role.
    fn at(&self, surface: &Surface, role: CallerRole) -> Visitor {
        let key = match role {
            CallerRole::Admin => self.tenant.admin().key,
            CallerRole::Reseller => self.seller.key.clone(),
            role => panic!("{role:?} has no key"),
        };
        manner::at(&self.tenant, surface, &key)
    }

    /// GETs an action of a line surface; answers status and body.
    async fn player(
        &self,
        surface: &Surface,
        action: &Action,
        login: &str,
        form: &[(String, String)],
    ) -> (u16, String) {
        let mount = mount_of(surface, &action.name);
        let mut url = format!("{}{}?{login}", self.tenant.panel.url, mount.path);
        if mount.action.is_none() {
            url.push_str(&format!("&action={}", action.name));
        }
        let request =
            self.tenant.panel.http.get(Url::parse_with_params(&url, form).unwrap()).header(HOST, &self.tenant.host);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// A path of the surface that leads to the action, without a line's credentials in it.
fn mount_of<'s>(surface: &'s Surface, action: &str) -> &'s Mount {
    let plain = |mount: &&Mount| !mount.path.contains("{username}");
    let named = |mount: &&Mount| mount.action.as_deref().is_none_or(|name| name == action);
    surface.mounts.iter().find(|mount| plain(mount) && named(mount)).unwrap()
}

/// The parameters of the action's first example: a call that would be right.
fn sample(action: &Action) -> Vec<(String, String)> {
    let at = format!("{}/{}", action.surface, action.name);
    let example = action.examples.first().unwrap_or_else(|| panic!("{at} has no example to call it by"));
    example.parameters.clone().into_iter().collect()
}

fn with(mut form: Vec<(String, String)>, name: &str, value: &str) -> Vec<(String, String)> {
    form.retain(|(known, _)| known != name);
    form.push((name.to_owned(), value.to_owned()));
    form
}

fn has_keys(surface: &Surface) -> bool {
    assert!(
        surface.is_panel() || surface.is_for_players(),
        "{} asks nobody who they are: say here who may call it",
        surface.name
    );
    surface.is_panel()
}

#[test]
fn nobody_calls_an_action_without_a_credential_or_with_a_wrong_or_a_foreign_one() {
    run(async {
        let (here, there) = (World::new(0).await, World::new(0).await);
        let (before, beyond) = (here.state().await, there.state().await);
        for (surface, action) in here.actions() {
            let (at, form) = (format!("{}/{}", action.surface, action.name), sample(&action));
            if has_keys(&surface) {
                let role = action.roles[0];
                let (own, foreign) = (here.at(&surface, role), there.at(&surface, role));
                for key in ["", "wrong", &own.key[1..], foreign.key.as_str()] {
                    let (_, answer) = manner::asked(&own.with_key(key), &surface, &action, &form).await;
                    assert!(manner::is_without_key(&answer), "{at} {key:?}: {answer}");
                }
                continue;
            }
            let sound = &surface.refusals.get("auth_failed").unwrap_or(&surface.refusals["default"]);
            let wanted = (sound.http, sound.body.clone().unwrap());
            let (own, foreign) = (login(&here.line), login(&there.line));
            // The tenants' lines have one name; what opens one tenant must not open the other.
            let foreign_password = json!({ "username": "guest", "password": "another-word" });
            let elsewhere = there.tenant.line(json!({ "username": "elsewhere", "password": "elsewhere" })).await;
            assert_eq!(own, foreign);
            for login in ["", "username=guest", &login(&foreign_password), &format!("{own}x"), &login(&elsewhere)] {
                assert_eq!(here.player(&surface, &action, login, &form).await, wanted, "{at} {login:?}");
            }
            let verb = async |work: &mut host_engine::Work| {
                host_engine::line::delete(work, host_core::LineId(id_of(&elsewhere))).await
            };
            there.tenant.panel.engine().act(there.tenant.system(), "test", verb).await.unwrap();
            assert_ne!(here.player(&surface, &action, &own, &form).await, wanted, "{at}: the right one opens");
        }
        assert_eq!((here.state().await, there.state().await), (before, beyond));
    });
}

/// Whom an action is for. Said here, not read from the description, so that none can be opened to others by a slip.
fn meant_for(surface: &Surface, action: &str) -> &'static [CallerRole] {
    match surface.name.as_str() {
        "admin" => &[CallerRole::Admin],
        "reseller" => &[CallerRole::Reseller],
        "xtream" if ["server", "stream", "vod"].iter().any(|subject| action.starts_with(subject)) => {
            &[CallerRole::Admin]
        }
        "xtream" => &[CallerRole::Admin, CallerRole::Reseller],
        "player" | "playlist" | "guide" => &[CallerRole::Line],
        other => panic!("{other} is a new surface: say here whom it is for"),
    }
}

#[test]
fn nobody_calls_an_action_that_their_role_may_not() {
    run(async {
        let world = World::new(0).await;
        let before = world.state().await;
        let mut asked = 0;
        for (surface, action) in world.actions() {
            let at = format!("{}/{}", action.surface, action.name);
            assert_eq!(action.roles, meant_for(&surface, &action.name), "{at}");
            if !has_keys(&surface) {
                // A key is no login there: only lines get in.
                let form = with(sample(&action), "api_key", &world.seller.key);
                let (status, body) = world.player(&surface, &action, "", &form).await;
                let sound = &surface.refusals.get("auth_failed").unwrap_or(&surface.refusals["default"]);
                assert_eq!((status, Some(&body)), (sound.http, sound.body.as_ref()), "{at}");
                continue;
            }
            for role in [CallerRole::Reseller, CallerRole::Admin] {
                if !action.roles.contains(&role) {
                    let (_, answer) =
                        manner::asked(&world.at(&surface, role), &surface, &action, &sample(&action)).await;
                    assert!(manner::is_not_permitted(&answer), "{at} {role:?}: {answer}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 0);
        assert_eq!(world.state().await, before);
    });
}

/// What a parameter with an id names.
fn named_by<'a>(action: &'a Action, parameter: &str) -> &'a str {
    if let ("id", Some(kind)) = (parameter, one_of_each::kind_of(action)) {
        return kind;
    }
    let subject = action.name.rsplit('_').next().unwrap_or_default();
    match (parameter, subject) {
        ("package" | "packages_selected" | "addon_packages", _) => "package",
        ("member_group_id" | "groups" | "groups_selected", _) => "group",
        ("id", "bouquet") | ("bouquets" | "bouquets_selected", _) => "bouquet",
        ("stream_id" | "stream_ids", _) => "stream",
        ("series_id", _) => "series",
        ("batch_id", _) => "batch",
        ("vod_id", _) => "movie",
        ("id", "credits") | ("member_id" | "owner_id" | "replace_with", _) => "user",
        ("category" | "category_id", _) => "category",
        ("epg_id", _) | ("id", "epg") => "guide_source",
        ("provider_id", _) => "provider",
        ("transcode_profile_id", _) => "transcode_profile",
        _ => panic!("{}: say here what {parameter} is the id of, so that another's can be tried", action.name),
    }
}

/// Ids of what there is none of, here or elsewhere: parameters that take one number alone, and numbers of another database.
const OF_NOTHING: [&str; 5] = ["force_server_id", "parent_id", "server_id", "servers", "tmdb_id"];

/// The parameters that hold an id, or several.
fn ids_of(action: &Action) -> Vec<&str> {
    let holds = |name: &str, form: Form, of: Option<Form>| {
        let named = matches!(form, Form::Int | Form::Count) && name.ends_with("_id") && !OF_NOTHING.contains(&name);
        ((form == Form::Id || of == Some(Form::Id)) && !OF_NOTHING.contains(&name)) || named
    };
    let ids = action.parameters.iter().filter(|(name, parameter)| holds(name, parameter.form, parameter.of));
    // The ids of a mass edit choose among what there is (`mass_edits`).
    ids.filter(|(name, _)| *name != "ids").map(|(name, _)| name.as_str()).collect()
}

/// An id that nobody has.
const NOBODYS: u32 = 987_654;

/// An answer as text, without what is another in every answer and without the id that was sent.
fn words(mut answer: Value, sent: u32) -> String {
    answer.as_object_mut().unwrap().remove("request_id");
    answer.to_string().replace(&sent.to_string(), "THAT")
}

#[test]
fn what_is_anothers_is_answered_like_what_is_nobodys() {
    run(async {
        let (here, there) = (World::new(0).await, World::new(9).await);
        let (before, beyond) = (here.state().await, there.state().await);
        let mut tried = 0;
        for (surface, action) in here.actions() {
            for parameter in ids_of(&action) {
                let at = format!("{}/{} {parameter}", action.surface, action.name);
                let kind = named_by(&action, parameter);
                let mut foreign = vec![there.things[kind]];
                assert!(foreign[0] > here.things[kind], "{kind}: the id must be nobody's here");
                if action.roles == [CallerRole::Reseller] {
                    foreign.extend(here.of_rival.get(kind));
                }
                tried += foreign.len();
                let sample = one_of_each::about(&action, &here.things, sample(&action));
                let asked = |id: u32| with(sample.clone(), parameter, &id.to_string());
                if !has_keys(&surface) {
                    let login = login(&here.line);
                    let missing = here.player(&surface, &action, &login, &asked(NOBODYS)).await;
                    for id in foreign {
                        assert_eq!(here.player(&surface, &action, &login, &asked(id)).await, missing, "{at} {id}");
                    }
                    continue;
                }
                let visitor = here.at(&surface, action.roles[0]);
                let (_, missing) = manner::asked(&visitor, &surface, &action, &asked(NOBODYS)).await;
                if action.kind == ActionKind::Write || action.parameters[parameter].required {
                    assert!(!manner::is_ok(&missing) && !manner::is_not_permitted(&missing), "{at}: {missing}");
                } else {
                    assert_eq!(missing["data"], json!([]), "{at}: a filter that nothing passes");
                }
                let missing = words(missing, NOBODYS);
                for id in foreign {
                    let (_, answer) = manner::asked(&visitor, &surface, &action, &asked(id)).await;
                    assert_eq!(words(answer, id), missing, "{at} {id}");
                }
            }
        }
        assert!(tried > 40, "{tried}");
        assert_eq!((here.state().await, there.state().await), (before, beyond));
    });
}
