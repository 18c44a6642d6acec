//! Which of the values that were sent counts, and how members of objects are found.

use super::*;
use crate::refusal::Code;

fn add<'r>(sent: &mut Sent<'r>, part: Part, pairs: &'r str) {
    for (name, value) in pairs.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| pair.split_once('=')) {
        sent.add_text(part, name.into(), value.into()).unwrap();
    }
}

fn of(query: &str) -> Sent<'_> {
    let mut sent = Sent::default();
    add(&mut sent, Part::Query, query);
    sent
}

fn one(sent: &Sent<'_>, name: &str) -> Option<String> {
    sent.text(name).unwrap().map(Cow::into_owned)
}

#[test]
fn the_path_wins_over_the_query_and_the_query_over_the_body_unless_the_surface_says_otherwise() {
    let filled = |reading: Reading| {
        let mut sent = Sent::read_by(reading);
        add(&mut sent, Part::Query, "a=query&b=query");
        add(&mut sent, Part::Body, "a=body&b=body&c=body");
        add(&mut sent, Part::Path, "a=path");
        ["a", "b", "c", "d"].map(|name| one(&sent, name).unwrap_or_default()).join(" ")
    };
    assert_eq!(filled(Reading::default()), "path query body ");
    let order = vec![Part::Path, Part::Body, Part::Query];
    assert_eq!(filled(Reading { order, ..Reading::default() }), "path body body ");
}

#[test]
fn a_name_that_is_sent_twice_in_one_part_is_malformed_unless_the_surface_says_which_counts() {
    assert_eq!(of("a=1&a=2").text("a").unwrap_err().code, Code::Malformed);
    for (duplicates, counts) in [(Duplicates::First, "1"), (Duplicates::Last, "2")] {
        let mut sent = Sent::read_by(Reading { duplicates, ..Reading::default() });
        add(&mut sent, Part::Query, "a=1&a=2");
        assert_eq!(one(&sent, "a").unwrap(), counts);
    }
}

#[test]
fn headers_and_cookies_are_read_only_where_somebody_asks_for_them() {
    let mut sent = Sent::default();
    add(&mut sent, Part::Cookie, "mac=1");
    assert_eq!(one(&sent, "mac"), None);
    assert_eq!(sent.one("mac", Some(Part::Cookie)).unwrap().unwrap().text(), "1");
}

#[test]
fn names_with_brackets_are_plain_names() {
    assert_eq!(one(&of("search[value]=x"), "search[value]").unwrap(), "x");
}

#[test]
fn a_list_is_taken_from_its_items_or_from_its_text() {
    let items = |query: &str| match of(query).many("x", None).unwrap() {
        Some(Many::Items(items)) => items.iter().map(|item| item.text()).collect::<Vec<_>>().join("|"),
        Some(Many::One(given)) => format!("text {}", given.text()),
        None => "none".to_owned(),
    };
    assert_eq!(items("x[]=1&x[]=2&y[]=3"), "1|2");
    assert_eq!(items("x[0]=1&x[1]=2"), "1|2");
    assert_eq!(items("x=[1,2]"), "text [1,2]");
    assert_eq!(items("x[a]=1"), "none");
}

#[test]
fn members_of_an_object_stand_in_brackets_in_json_or_in_a_text() {
    let members = |sent: &Sent<'_>| {
        let Within::Members(within) = sent.within("u", None).unwrap() else { return None };
        let mut names: Vec<_> = within.names().map(|(_, name)| name.to_owned()).collect();
        names.sort();
        Some(names.join(" "))
    };
    assert_eq!(members(&of("u[name]=a&u[bouquet][]=1&v=2")).unwrap(), "bouquet[] name");
    assert_eq!(members(&of(r#"u={"name":"a","seats":1}"#)).unwrap(), "name seats");
    let mut json = Sent::default();
    json.add_json(br#"{"u":{"name":null,"seats":{"most":1}}}"#).unwrap();
    assert_eq!(members(&json).unwrap(), "name seats");
    let Within::Members(within) = json.within("u", None).unwrap() else { panic!("no object") };
    assert!(within.one("name", None).unwrap().unwrap().is_null());
    assert_eq!(members(&of("u=[]")).unwrap(), "", "an object without members, as PHP writes it");
    assert_eq!((members(&of("u=7")), members(&of("v=1"))), (None, None));
}

#[test]
fn what_was_forgotten_is_nowhere_in_no_form() {
    let mut sent = of("key=k1&key[]=k2&key[0]=k3&keys=other&a=1");
    add(&mut sent, Part::Body, "key=k4");
    add(&mut sent, Part::Path, "key=k5");
    sent.forget(["key"].into_iter());
    assert!(sent.text("key").unwrap().is_none() && sent.many("key", None).unwrap().is_none());
    assert_eq!((one(&sent, "keys").unwrap(), one(&sent, "a").unwrap()), ("other".into(), "1".into()));
}

#[test]
fn floods_and_deep_nests_are_malformed() {
    let many = vec!["a=1"; 1_000].join("&");
    let mut sent = of(&many);
    assert_eq!(sent.add_text(Part::Query, "a".into(), "1".into()).unwrap_err().code, Code::Malformed);
    let deep = |name: &'static str| Sent::default().add_text(Part::Query, name.into(), "1".into());
    assert_eq!(deep("a[b][c][d][e][f]").unwrap_err().code, Code::Malformed);
    assert!(deep("a[b][c][d][e]").is_ok());
    assert_eq!(Sent::default().add_json(br#"{"a":[[[[1]]]]}"#).unwrap_err().code, Code::Malformed);
}

#[test]
fn members_of_a_json_body_are_parameters_with_their_types() {
    let mut sent = Sent::default();
    sent.add_json(br#"{"a":"x","b":7,"c":true,"d":[1,2],"e":null}"#).unwrap();
    let texts = ["a", "b", "c", "d", "e"].map(|name| one(&sent, name).unwrap());
    assert_eq!(texts, ["x", "7", "true", "[1,2]", ""]);
    assert!(sent.one("e", None).unwrap().unwrap().is_null());
    assert_eq!(Sent::default().add_json(b"[1]").unwrap_err().code, Code::Malformed);
}
